// A picture or video that cannot be had says so in its place. Where most cannot, the place where they are kept is
// away: one line on top says that, tiles show their words meanwhile, and the first is asked for now and then.
const PAUSE = 30000, FEW = 3;
const away = document.querySelector("[data-away]");
const PLACES = ".tile, .thumb, .reel > li";
const tiles = () => [...document.querySelectorAll("[data-lost]")];
const shownIn = (tile) => tile.querySelector("img, video");

const judge = () => {
  const shown = [...document.querySelectorAll(".tile > img, .thumb > img")].filter((image) => image.naturalWidth);
  away.hidden = !navigator.onLine || tiles().length < FEW || tiles().length < shown.length;
};

const lost = (it) => {
  const tile = it.closest(PLACES);
  if (tile) tile.dataset.lost = document.body.dataset.saysLost;
  judge();
};

const again = () => {
  for (const tile of tiles()) {
    const it = shownIn(tile);
    delete tile.dataset.lost;
    it.src = it.src;
  }
  judge();
};

document.addEventListener("error", (event) => {
  if (event.target.matches?.("img, video")) lost(event.target);
}, true);

for (const image of document.querySelectorAll(".tile > img, .thumb > img, .reel img")) {
  if (image.complete && !image.naturalWidth) lost(image);
}

setInterval(() => {
  const [first] = tiles();
  if (!first || away.hidden || document.hidden) return;
  const { tagName, src } = shownIn(first);
  Object.assign(document.createElement(tagName), { onload: again, onloadedmetadata: again, src });
}, PAUSE);
addEventListener("offline", judge);
addEventListener("online", again);
