// One like: ←/→ walk inside its pictures, then to the next like; Esc closes. Steps replace each other
// in the history, so that Back (and closing) returns to the very place on the wall one came from.
const stage = document.querySelector("[data-stage]");
const reel = stage.querySelector("[data-reel]");
const close = stage.querySelector("[data-close]");
const rtl = getComputedStyle(stage).direction === "rtl";

const straightFromWall = () => history.length === Number(sessionStorage.getItem("wall-depth")) + 1;

const leave = (event) => {
  event.preventDefault();
  if (straightFromWall()) history.back();
  else location.assign(sessionStorage.getItem("wall") ?? close.href);
};

/** Scroll the pictures by one; false when there is no further one. */
const scrolled = (step) => {
  if (!reel) return false;
  const here = Math.round(Math.abs(reel.scrollLeft) / reel.clientWidth);
  const there = reel.children[here + step];
  there?.scrollIntoView({ block: "nearest", inline: "center" });
  return Boolean(there);
};

const walk = (step, event) => {
  event.preventDefault();
  if (!event.shiftKey && scrolled(step)) return;
  const link = stage.querySelector(step < 0 ? "a[rel=prev]" : "a[rel=next]");
  if (link) location.replace(link.href);
};

for (const link of stage.querySelectorAll("a[rel=prev], a[rel=next]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    location.replace(link.href);
  });
}

close.addEventListener("click", (event) => {
  if (!event.ctrlKey && !event.metaKey && !event.shiftKey) leave(event);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, video") || document.querySelector("[data-menu][open]")) return;
  if (event.key === "Escape") leave(event);
  if (event.key === "ArrowLeft") walk(rtl ? 1 : -1, event);
  if (event.key === "ArrowRight") walk(rtl ? -1 : 1, event);
});
