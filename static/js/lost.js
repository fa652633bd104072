// A picture that cannot be had says so in its place. Where most cannot, the place where they are kept is
// away: one line on top says that, tiles show their words meanwhile, and the first is asked for now and then.
const PAUSE = 30000, FEW = 3;
const away = document.querySelector("[data-away]");
const PLACES = ".tile, .thumb, .reel > li";
const tiles = () => [...document.querySelectorAll("[data-lost]")];

const judge = () => {
  const shown = [...document.querySelectorAll(".tile > img, .thumb > img")].filter((image) => image.naturalWidth);
  away.hidden = !navigator.onLine || tiles().length < FEW || tiles().length < shown.length;
};

const lost = (image) => {
  const tile = image.closest(PLACES);
  if (tile) tile.dataset.lost = document.body.dataset.saysLost;
  judge();
};

const again = () => {
  for (const tile of tiles()) {
    const image = tile.querySelector("img");
    delete tile.dataset.lost;
    image.src = image.src;
  }
  judge();
};

document.addEventListener("error", (event) => {
  if (event.target.tagName === "IMG") lost(event.target);
}, true);

for (const image of document.querySelectorAll(".tile > img, .thumb > img, .reel img")) {
  if (image.complete && !image.naturalWidth) lost(image);
}

setInterval(() => {
  const [first] = tiles();
  if (first && !away.hidden && !document.hidden) Object.assign(new Image(), { onload: again, src: first.querySelector("img").src });
}, PAUSE);
addEventListener("offline", judge);
addEventListener("online", again);
