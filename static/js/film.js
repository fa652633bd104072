// Videos by keys: Space plays, "m" mutes, "," and "." go five seconds. What is out of sight stops.
const top = () => [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;

const film = () => {
  const reel = top().querySelector("[data-stage] [data-reel]");
  return reel?.children[Math.round(Math.abs(reel.scrollLeft) / reel.clientWidth)]?.querySelector("video");
};

const deeds = {
  " ": (video) => (video.paused ? video.play() : video.pause()),
  m: (video) => { video.muted = !video.muted; },
  ",": (video) => { video.currentTime -= 5; },
  ".": (video) => { video.currentTime += 5; },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || document.querySelector("[data-menu][open]")) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key !== " " && document.documentElement.dataset.keys === "off") return;
  // There Space has a meaning already.
  if (event.key === " " && event.target.closest("a, button, summary, video")) return;
  const video = deeds[event.key] && film();
  if (!video) return;
  event.preventDefault();
  deeds[event.key](video);
});

document.addEventListener("scroll", ({ target }) => {
  if (!target.matches?.("[data-reel]")) return;
  for (const video of target.querySelectorAll("video")) if (video !== film()) video.pause();
}, { capture: true, passive: true });
