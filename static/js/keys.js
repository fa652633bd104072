// Keys press what is marked with them: data-key="f"; "g" and then a letter follow data-go="l". "/", "s" or
// Ctrl-K go to the search box. Never while typing, in an open menu or with other modifiers, and
// only Ctrl-K for who has switched them off.
const topmost = () => [...document.querySelectorAll("dialog[open]")].at(-1);
const busy = (target) => target.closest?.("input:not([type=radio]), textarea, select, [contenteditable]") || document.querySelector("[data-menu][open]");
let went = -Infinity;

const focusSearch = (event) => {
  const box = document.querySelector("[data-search]");
  if (!box) return;
  event.preventDefault();
  const dialog = topmost();
  const focus = () => (box.focus(), box.select());
  if (!dialog) return focus();
  // What is under a dialog cannot be reached; it gives focus back first.
  dialog.addEventListener("close", () => setTimeout(focus, 60), { once: true });
  dialog.close();
};

/** What a key stands for here: inside the topmost dialog, else in the frame of the page. */
const marked = (key) => {
  const name = `[data-key="${CSS.escape(key)}"]`;
  const dialog = topmost();
  if (!dialog) return document.querySelector(name);
  return dialog.querySelector(name) ?? (dialog.hasAttribute("data-sheet") ? null : document.querySelector(`.bar ${name}`));
};

const press = (event) => {
  const goes = event.timeStamp - went < 1500;
  went = event.key === "g" && !goes ? event.timeStamp : -Infinity;
  const there = goes ? document.querySelector(`[data-go="${CSS.escape(event.key)}"]`) : marked(event.key);
  if (!there || (goes && topmost()?.hasAttribute("data-sheet"))) return;
  event.preventDefault();
  there.click();
};

document.addEventListener("keydown", (event) => {
  const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (command && event.key.toLowerCase() === "k") {
    focusSearch(event);
  } else if (document.documentElement.dataset.keys !== "off" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat && !busy(event.target)) {
    const searches = event.key === "/" || event.key === "s";
    if (searches && event.timeStamp - went > 1500) focusSearch(event);
    else if (event.key.length === 1) press(event);
  }
});
