// "/", "s" or Ctrl-K goes to the search box. Never while typing, in an open menu or with other modifiers.
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

const focusSearch = (event) => {
  const box = document.querySelector("[data-search]");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
};

document.addEventListener("keydown", (event) => {
  const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (command && event.key.toLowerCase() === "k") {
    focusSearch(event);
  } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
    if (event.key === "/" || event.key === "s") focusSearch(event);
  }
});
