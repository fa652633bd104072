// The address follows the part of the wall that is being read, and history remembers the very tile, so
// that reload and Back return to it: the same tile at the same height, however much was loaded before it.
const TILE = ".wall > li > a, .lines > li > a";
const under = () => document.querySelector(".bar")?.offsetHeight ?? 0;
const top = (part) => part.getBoundingClientRect().top;

/** The last part that began above the window: from its address on, there is something above each tile. */
const reading = () => {
  const parts = [...document.querySelectorAll("[data-address]")];
  return parts.findLast((part) => top(part) <= under()) ?? parts[0];
};

const keep = () => {
  // While a like is open over it, the address is the like's.
  if (history.state?.like) return;
  const address = reading()?.dataset.address;
  if (!address) return;
  const first = [...document.querySelectorAll(TILE)].find((tile) => top(tile) >= under());
  const place = first && { tile: first.getAttribute("href"), top: Math.round(top(first)) };
  history.replaceState({ ...history.state, place }, "", address);
};

const restore = () => {
  const { tile, top: height } = history.state?.place ?? {};
  const found = tile && document.querySelector(`a[href="${CSS.escape(tile)}"]`);
  if (!found) return;
  history.scrollRestoration = "manual";
  scrollTo({ top: scrollY + top(found) - height, behavior: "instant" });
};

let waiting = 0;
const soon = () => {
  clearTimeout(waiting);
  waiting = setTimeout(keep, 150);
};

addEventListener("scroll", soon, { passive: true });
document.addEventListener("htmx:afterSettle", soon);

addEventListener("click", (event) => {
  if (event.target.closest(TILE)) keep();
}, true);

addEventListener("pagehide", () => {
  if (history.state?.like) return;
  sessionStorage.setItem("wall", location.href);
  sessionStorage.setItem("wall-depth", history.length);
});

restore();
