// Keys: "/" or Ctrl-K goes to the search box; on a like ←/→ step, Esc closes.
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable], video");

const follow = (selector) => {
  const link = document.querySelector(selector);
  if (link) location.assign(link.href);
  return Boolean(link);
};

/** Scroll a carousel by one picture; false when it is at its end. */
const scrolled = (reel, step) => {
  const here = Math.round(Math.abs(reel.scrollLeft) / reel.clientWidth);
  const there = reel.children[here + step];
  there?.scrollIntoView({ block: "nearest", inline: "center" });
  return Boolean(there);
};

const walk = (step) => {
  const reel = document.querySelector("[data-reel]");
  return (reel && scrolled(reel, step)) || follow(step < 0 ? ".stage a[rel=prev]" : ".stage a[rel=next]");
};

const forward = () => (getComputedStyle(document.documentElement).direction === "rtl" ? -1 : 1);

const deeds = {
  "/": () => focusSearch(),
  s: () => focusSearch(),
  Escape: () => follow("[data-close]"),
  ArrowLeft: () => document.querySelector(".stage") && walk(-forward()),
  ArrowRight: () => document.querySelector(".stage") && walk(forward()),
};

const focusSearch = () => {
  const box = document.querySelector("[data-search]");
  box?.focus();
  box?.select();
  return Boolean(box);
};

document.addEventListener("keydown", (event) => {
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "k" && !event.altKey && !event.shiftKey) {
    if (focusSearch()) event.preventDefault();
    return;
  }
  if (command || event.altKey || event.shiftKey || event.defaultPrevented) return;
  if (typing(event.target) || document.querySelector("[data-menu][open]")) return;
  if (deeds[event.key]?.()) event.preventDefault();
});
