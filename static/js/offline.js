// Says when the network is gone, and asks nothing meanwhile or while nobody looks.
const told = document.querySelector("[data-offline]");
const show = () => { told.hidden = navigator.onLine; };

addEventListener("offline", show);
addEventListener("online", show);
document.addEventListener("htmx:sendError", () => { told.hidden = false; });
document.addEventListener("htmx:afterOnLoad", () => { told.hidden = true; });
document.addEventListener("htmx:beforeRequest", (event) => {
  const polls = event.target.closest?.('[hx-trigger*="every"]');
  if (polls && (document.hidden || !navigator.onLine)) event.preventDefault();
});
show();
// Pages that are wanted meanwhile: a worker shows one that says so, where a browser has such workers.
addEventListener("load", () => navigator.serviceWorker?.register("/offline.js").catch(() => {}));
