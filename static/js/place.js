// The address follows the part of the wall that is being read, so that reload and Back return to it.
let current = location.pathname + location.search;

const reading = () => {
  const parts = [...document.querySelectorAll("[data-address]")];
  return parts.findLast((part) => part.getBoundingClientRect().top < innerHeight / 2) ?? parts[0];
};

const keep = () => {
  // While a like is open over it, the address is the like's.
  if (history.state?.like) return;
  const address = reading()?.dataset.address;
  if (!address || address === current) return;
  current = address;
  history.replaceState(history.state, "", address);
};

let waiting = 0;
addEventListener("scroll", () => {
  clearTimeout(waiting);
  waiting = setTimeout(keep, 150);
}, { passive: true });

addEventListener("pagehide", () => {
  if (history.state?.like) return;
  sessionStorage.setItem("wall", location.href);
  sessionStorage.setItem("wall-depth", history.length);
});
