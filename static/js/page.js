// A like on a page of its own: steps replace each other in the history, so that Back (and closing)
// returns to the very place on the wall that one came from.
const close = document.querySelector("main [data-close]");
const plain = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && !event.button;
const straightFromWall = () => history.length === Number(sessionStorage.getItem("wall-depth")) + 1;

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("main a");
  if (!link || !plain(event)) return;
  if (link.matches("[rel=prev], [rel=next]")) {
    event.preventDefault();
    location.replace(link.href);
  } else if (link === close) {
    event.preventDefault();
    if (straightFromWall()) history.back();
    else location.assign(sessionStorage.getItem("wall") ?? close.href);
  }
});
