// A link with data-sheet opens its page in a small dialog over this one. Without it the page itself opens.
const show = (parts) => {
  const sheet = document.createElement("dialog");
  sheet.className = "sheet";
  sheet.setAttribute("data-sheet", "");
  sheet.setAttribute("aria-labelledby", "sheet-title");
  sheet.replaceChildren(...parts);
  const close = document.createElement("button");
  close.className = "button quiet";
  close.textContent = document.body.dataset.saysClose;
  close.addEventListener("click", () => sheet.close());
  (sheet.querySelector(".buttons") ?? sheet.firstElementChild).append(close);
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());
  sheet.addEventListener("close", () => sheet.remove());
  document.body.append(sheet);
  sheet.showModal();
};

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-sheet]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  link.closest("[data-menu]")?.removeAttribute("open");
  if (document.querySelector("dialog[data-sheet]")) return;
  try {
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    show(new DOMParser().parseFromString(await answer.text(), "text/html").body.children);
  } catch {
    // Without a network there is nowhere to go.
    if (!navigator.onLine) document.dispatchEvent(new Event("htmx:sendError"));
    else location.assign(link.href);
  }
});
