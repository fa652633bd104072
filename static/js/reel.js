// Carousel: the dots and "2 / 6" say which picture is in view, and scroll without moving the page.
const mark = (reel) => {
  const here = Math.round(Math.abs(reel.scrollLeft) / reel.clientWidth);
  const dots = reel.parentElement.querySelector("[data-dots]");
  const told = reel.parentElement.querySelector("[data-place]");
  [...(dots?.children ?? [])].forEach((dot, place) => (place === here ? dot.setAttribute("aria-current", "true") : dot.removeAttribute("aria-current")));
  if (told) told.textContent = `${here + 1} / ${reel.children.length}`;
};

document.addEventListener("scroll", ({ target }) => {
  if (target.matches?.("[data-reel]")) mark(target);
}, { capture: true, passive: true });

document.addEventListener("click", (event) => {
  const dot = event.target.closest?.("[data-dots] > a");
  if (!dot) return;
  event.preventDefault();
  const reel = dot.closest("[data-stage]").querySelector("[data-reel]");
  reel.children[[...dot.parentElement.children].indexOf(dot)].scrollIntoView({ block: "nearest", inline: "center" });
});
