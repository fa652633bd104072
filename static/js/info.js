// What is known about a like, beside it or away ("i"): as one left it. Where it stands below, "i" leads there.
const root = document.documentElement;
const wide = matchMedia("(width >= 64rem)");
const away = () => wide.matches && root.dataset.info === "away";

const tell = () => {
  for (const button of document.querySelectorAll("button[data-info]")) button.setAttribute("aria-expanded", String(!away()));
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-info]");
  if (!button) return;
  if (wide.matches) {
    root.dataset.info = away() ? "here" : "away";
    localStorage.setItem("info", root.dataset.info);
    return tell();
  }
  const facts = button.closest("article").querySelector(".facts");
  const there = facts.getBoundingClientRect().top < innerHeight / 2;
  if (there) button.closest("[data-stage]").scrollIntoView();
  else facts.focus();
});

root.dataset.info = localStorage.getItem("info") ?? "here";
document.addEventListener("shown", tell);
wide.addEventListener("change", tell);
tell();
