// A like opens over the wall: the same page in a dialog as large as the window. The address changes with
// it, Back closes it, focus returns to its tile. Without this module the link leads to the page.
const dialog = document.createElement("dialog");
dialog.className = "viewer";
dialog.setAttribute("aria-label", document.body.dataset.saysLike);
const title = document.title;
const coming = new Map();
let here = "";
const TILES = "main a.tile, main a.line"; // of a wall, or of a list
const tileOf = (path) => [...document.querySelectorAll(TILES)].find((tile) => tile.pathname === path);
const plain = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && !event.button;

const load = async (path) => {
  const answer = await fetch(path, { headers: { "HX-Request": "true" } });
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  return new DOMParser().parseFromString(await answer.text(), "text/html").body.children;
};

const ahead = (path) => {
  if (!coming.has(path)) coming.set(path, load(path));
  coming.get(path).catch(() => coming.delete(path));
  return coming.get(path);
};

const show = async (path) => {
  const was = dialog.open;
  here = path;
  const parts = await ahead(path).catch(() => !navigator.onLine);
  coming.delete(path);
  // Who closed it in the midst of a step wants it closed, though its event comes only now.
  if (here !== path || (was && !dialog.open)) return;
  // Without a network what is on the page stays, and the page says so.
  if (parts === true) {
    here = was ? history.state.like : "";
    document.dispatchEvent(new Event("htmx:sendError"));
    return was || history.back();
  }
  if (!parts) return location.assign(path);
  dialog.replaceChildren(...parts);
  history.replaceState({ ...history.state, like: path }, "", path);
  if (!dialog.open) (document.body.append(dialog), dialog.showModal());
  document.title = dialog.firstElementChild.dataset.title;
  globalThis.htmx?.process(dialog);
  dialog.scrollTop = 0;
  dialog.querySelector("[data-stage]").focus({ preventScroll: true });
  document.dispatchEvent(new Event("shown"));
  const next = dialog.querySelector("a[rel=next][href]");
  if (next) ahead(next.pathname).catch(() => {});
};

const open = (path) => {
  // Should this page be left while the like is open, the like's own page leads back.
  sessionStorage.setItem("wall", location.href);
  sessionStorage.setItem("wall-depth", history.length);
  history.pushState({ like: path, list: location.href }, "", path);
  show(path);
};

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(`dialog.viewer a, ${TILES}`);
  if (!link || !plain(event) || !link.matches(`[rel=prev], [rel=next], [data-close], ${TILES}`)) return;
  event.preventDefault();
  if (link.matches("[data-close]")) dialog.close();
  else (link.matches(TILES) ? open : show)(link.pathname);
});

dialog.addEventListener("close", () => {
  const tile = tileOf(here);
  here = "";
  dialog.replaceChildren();
  document.title = title;
  tile?.focus();
  if (!history.state?.like) return;
  // Going back scrolls to where one was; the like that was seen last may be elsewhere.
  addEventListener("popstate", () => requestAnimationFrame(() => tile?.scrollIntoView({ block: "nearest" })), { once: true });
  history.back();
});

addEventListener("popstate", ({ state }) => (state?.like ? show(state.like) : dialog.open ? dialog.close() : (here = "")));
