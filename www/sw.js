// The service worker: keeps the files of one version of the site and answers from them, so that the page works without a
// network. The build fills in the two constants.
const VERSION = "";
/** Files by name, with what their content must hash to: neither a mix of versions nor a network's login page is ever kept. */
const FILES = {};

const SCOPE = self.registration.scope;
/** How the names of this site's caches begin; the same host may have the site in another folder as well. */
const OURS = `llm-selection-playground ${SCOPE} `;
const CACHE = OURS + VERSION;

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && event.request.url.startsWith(SCOPE)) event.respondWith(answer(event.request));
});
self.addEventListener("message", (event) => {
  // The only way to take over from a version whose pages are open: a person has asked for it in one of them.
  if (event.data === "take over") self.skipWaiting();
});

/** Keeps all files or, where one cannot be had or is not the right one, none: the version before then stays. */
async function keep() {
  // no-cache: the server is asked whether what the browser has is right, else a wrong answer of once could stay for a year.
  const requests = Object.entries(FILES).map(([name, integrity]) => new Request(SCOPE + name, { integrity, cache: "no-cache" }));
  const cache = await caches.open(CACHE);
  await cache.addAll(requests);
}

async function takeOver() {
  const old = await oldCaches();
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  // Another tab may show the version before, and ask for more of its files: they go with the next version.
  if (pages.length > 1) old.pop();
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function oldCaches() {
  return (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
}

async function answer(request) {
  const url = new URL(request.url);
  // Whatever the query says, the page is the same; it is kept under the folder's own address.
  const address = (url.origin + url.pathname).replace(/\/index\.html$/, "/");
  for (const cacheName of [CACHE, ...(await oldCaches())]) {
    const kept = await caches.match(address, { cacheName, ignoreVary: true });
    if (kept) return kept;
  }
  return fetch(request);
}
