// Where a part of the page is fetched anew: what somebody had opened or closed stays so.
const kept = new Map();

document.addEventListener("htmx:beforeSwap", () => {
  for (const part of document.querySelectorAll("details[id]")) kept.set(part.id, part.open);
});

document.addEventListener("htmx:afterSwap", () => {
  for (const [id, open] of kept) {
    const part = document.getElementById(id);
    if (part) part.open = open;
  }
});
