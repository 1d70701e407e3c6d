/**
 * Lets the scanner open without a net. It keeps the empty page and its programs, never a page with anyone's data, an
 * answer of the API or a picture: those always come from the net.
 *
 * The service writes `self.SHELL = {version, files}` before this text; another version is another cache.
 */

const { version, files } = self.SHELL;
const CACHE = `scanner-${version}`;
const EMPTY_PAGE = "/scan/shell";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    // Only a class's scanner opens without a net; a refusal of the service is shown as it is.
    event.respondWith(fetch(request).catch(async (failure) => {
      const shell = await (await caches.open(CACHE)).match(EMPTY_PAGE);
      if (shell && /^\/scan\/[0-9a-f]{16}$/.test(pathname)) return shell;
      throw failure;
    }));
  } else if (files.includes(pathname)) {
    event.respondWith(caches.open(CACHE).then((cache) => cache.match(pathname)).then((kept) => kept ?? fetch(request)));
  }
});
