// The calendar beside the wall: a month by arrows, a year by page keys, any of them by pointer and touch.
const bar = document.querySelector("[data-scrubber]");
const flag = bar.querySelector(".flag");
const knob = bar.querySelector(".knob");
const stops = [...document.querySelectorAll("[data-at]")].map((link) => {
  const [year, month] = link.pathname.match(/\d+/g).map(Number);
  return { at: Number(link.dataset.at), words: link.dataset.words, key: `${year}-${String(month).padStart(2, "0")}`, months: year * 12 + month };
});
let here = 0;
let held = false;
let soon = 0;

const point = (place, at = stops[place].at) => {
  flag.textContent = stops[place].words;
  flag.style.insetBlockStart = `${at}%`;
};

const show = (place, at = stops[place].at) => {
  here = place;
  bar.setAttribute("aria-valuenow", place);
  bar.setAttribute("aria-valuetext", stops[place].words);
  knob.style.insetBlockStart = `${at}%`;
  point(place, at);
};

const go = () => {
  const { key } = stops[here];
  const part = document.querySelector(`[data-month="${key}"]`);
  bar.dataset.going = "";
  if (part) part.scrollIntoView({ block: "start" });
  else htmx.ajax("GET", `${bar.dataset.scrubber}?at=${key}`, { target: "#main", select: "#main", swap: "outerHTML show:window:top" });
  setTimeout(() => delete bar.dataset.going, 900);
};

const later = (wait) => { clearTimeout(soon); soon = setTimeout(go, wait); };

const under = (event) => {
  const { top, height } = bar.getBoundingClientRect();
  const at = Math.min(99.9, Math.max(0, (100 * (event.clientY - top)) / height));
  return [Math.max(0, stops.findLastIndex((stop) => stop.at <= at)), at];
};

const year = (step) => {
  const there = stops[here].months - 12 * step;
  const found = step > 0 ? stops.findIndex((stop) => stop.months <= there) : stops.findLastIndex((stop) => stop.months >= there);
  return found < 0 ? (step > 0 ? stops.length - 1 : 0) : found;
};

const keys = { ArrowUp: () => here - 1, ArrowDown: () => here + 1, PageUp: () => year(-1), PageDown: () => year(1), Home: () => 0, End: () => stops.length - 1 };

const reading = () => {
  const parts = [...document.querySelectorAll("[data-month]")];
  const part = parts.findLast((each) => each.getBoundingClientRect().top < 160) ?? parts[0];
  return stops.findIndex((stop) => stop.key === part?.dataset.month);
};

let rest = 0;
addEventListener("scroll", () => {
  bar.dataset.moving = "";
  clearTimeout(rest);
  rest = setTimeout(() => delete bar.dataset.moving, 1500);
  if (!held && !("going" in bar.dataset) && reading() >= 0) show(reading());
}, { passive: true });

bar.addEventListener("keydown", (event) => {
  if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  show(Math.min(stops.length - 1, Math.max(0, keys[event.key]())));
  later(250);
});
bar.addEventListener("pointerdown", (event) => { held = true; bar.setPointerCapture(event.pointerId); event.preventDefault(); bar.focus({ preventScroll: true }); show(...under(event)); });
bar.addEventListener("pointermove", (event) => (held ? show : point)(...under(event)));
bar.addEventListener("pointerleave", () => { if (!held) point(here); });
bar.addEventListener("pointerup", () => { if (held) later(0); held = false; });
bar.addEventListener("pointercancel", () => { held = false; });

for (const [name, value] of Object.entries({ role: "scrollbar", tabindex: 0, "aria-label": bar.dataset.saysMonths, "aria-controls": "main", "aria-orientation": "vertical", "aria-valuemin": 0, "aria-valuemax": stops.length - 1 })) bar.setAttribute(name, value);
show(Math.max(0, reading()));
