// Where a page cannot be reached, the one that says so is shown in its place. That page is kept, with what it
// is drawn with: nothing else is, and whatever is no page goes its way untouched.
// The house writes before this: NAME, another one whenever what is kept changes, and KEPT, the page first.
const windows = new Set(); // that show it

const keep = async () => {
  const cache = await caches.open(NAME);
  await cache.addAll(KEPT.map((address) => new Request(address, { cache: "no-cache", redirect: "error" })));
  await skipWaiting();
};

const tidy = async () => {
  const old = (await caches.keys()).filter((name) => name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  // Pages are asked for while this wakes up.
  await registration.navigationPreload?.enable();
};

const kept = (asked) => caches.match(asked, { cacheName: NAME, ignoreVary: true });

const go = async (event) => {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch (error) {
    const page = await kept(KEPT[0]);
    if (!page) throw error;
    windows.add(event.resultingClientId);
    return page;
  }
};

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(tidy()));
addEventListener("fetch", (event) => {
  const { clientId, request } = event;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(go(event));
  else if (windows.has(clientId) && KEPT.includes(new URL(request.url).pathname)) {
    event.respondWith(kept(request).then((found) => found ?? fetch(request)));
  }
});
