// A picture that cannot be had right now says so in its place, and is asked for again when one returns.
const lost = (image) => {
  const tile = image.closest(".tile, .thumb");
  if (tile) tile.dataset.lost = document.body.dataset.saysLost;
};

document.addEventListener("error", (event) => {
  if (event.target.tagName === "IMG") lost(event.target);
}, true);

for (const image of document.querySelectorAll(".tile > img, .thumb > img")) {
  if (image.complete && !image.naturalWidth) lost(image);
}

addEventListener("online", () => {
  for (const tile of document.querySelectorAll("[data-lost]")) {
    const image = tile.querySelector("img");
    delete tile.dataset.lost;
    image.src = image.src;
  }
});
