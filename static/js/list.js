// Over the wall, steps follow the list that one came from, whatever it is, and let it grow. Past its ends goes
// the wall alone: there the next like is the one that the page of this like knows.
const isWall = (list) => {
  const { pathname, searchParams } = new URL(list, location.href);
  return pathname === "/likes/" && !searchParams.has("q");
};

const follow = () => {
  const { like, list } = history.state ?? {};
  const dialog = document.querySelector("dialog.viewer[open]");
  const tiles = [...document.querySelectorAll("main a.tile, main a.line")];
  const at = tiles.findIndex((tile) => tile.pathname === like);
  if (!dialog || at < 0) return;
  for (const [rel, tile] of [["prev", tiles[at - 1]], ["next", tiles[at + 1]]]) {
    const link = dialog.querySelector(`a[rel=${rel}]`);
    if (tile) link.href = tile.href;
    else if (!isWall(list)) link.removeAttribute("href");
    link.hidden = !link.hasAttribute("href");
  }
  const more = at > tiles.length - 4 && document.querySelector(".pager [hx-get]");
  if (more) globalThis.htmx?.trigger(more, more.matches("a") ? "click" : "intersect");
};

document.addEventListener("shown", follow);
document.addEventListener("htmx:afterSettle", follow);
