// One like on its stage: ←/→ walk inside its pictures, then to the next like; Shift skips to it. A swipe does
// the same, a swipe down or Esc or a click on the dark closes. The pictures beside it are loaded ahead.
const top = () => [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
const stage = () => top().querySelector("[data-stage]");
const zoomed = () => stage()?.hasAttribute("data-zoomed");
const press = (name) => stage()?.querySelector(name)?.click();
const rtl = () => getComputedStyle(stage()).direction === "rtl";

/** Scroll the pictures by one; false when there is no further one. */
const scrolled = (step) => {
  const reel = stage().querySelector("[data-reel]");
  if (!reel) return false;
  const here = Math.round(Math.abs(reel.scrollLeft) / reel.clientWidth);
  const there = reel.children[here + step];
  there?.scrollIntoView({ block: "nearest", inline: "center" });
  return Boolean(there);
};

const walk = (step, skips) => {
  if (!skips && scrolled(step)) return;
  press(step < 0 ? "a[rel=prev][href]" : "a[rel=next][href]");
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !stage()) return;
  if (event.target.closest("input, textarea, select, video") || document.querySelector("[data-menu][open]")) return;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  // A dialog closes by itself.
  if (event.key === "Escape" && top() === document) press("[data-close]");
  if (!step) return;
  event.preventDefault();
  walk(rtl() ? -step : step, event.shiftKey);
});

document.addEventListener("click", (event) => {
  if (event.target.matches?.("[data-stage], [data-reel] > li") && !zoomed()) press("[data-close]");
});

let began = null;
document.addEventListener("touchstart", (event) => {
  const [finger] = event.touches;
  const free = event.touches.length === 1 && event.target.closest?.("[data-stage]") && !zoomed();
  const scroller = top() === document ? document.scrollingElement : top();
  const reel = stage()?.querySelector("[data-reel]");
  began = free && { x: finger.clientX, y: finger.clientY, atTop: scroller.scrollTop <= 0, left: reel?.scrollLeft ?? 0 };
}, { passive: true });

document.addEventListener("touchend", (event) => {
  if (!began || event.touches.length || zoomed()) return;
  const [across, down] = [event.changedTouches[0].clientX - began.x, event.changedTouches[0].clientY - began.y];
  const reel = stage()?.querySelector("[data-reel]");
  const stood = !reel || (across < 0 ? began.left >= reel.scrollWidth - reel.clientWidth - 1 : began.left <= 1);
  if (began.atTop && down > 90 && down > 2 * Math.abs(across)) press("[data-close]");
  else if (stood && Math.abs(across) > 60 && Math.abs(across) > 2 * Math.abs(down)) walk(across < 0 ? 1 : -1, true);
}, { passive: true });

const ahead = () => {
  for (const { dataset } of stage()?.querySelectorAll("a[data-src]") ?? []) {
    const shown = stage().querySelector("[data-reel] img");
    if (dataset.src) Object.assign(new Image(), { sizes: shown?.sizes ?? "", srcset: dataset.srcset, src: dataset.src });
  }
};

document.addEventListener("shown", ahead);
ahead();
