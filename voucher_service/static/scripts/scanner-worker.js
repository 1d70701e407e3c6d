/**
 * Lets the scanner open without a net. It keeps the empty page and its programs, never a page with anyone's data, an
 * answer of the API or a picture: those always come from the net.
 *
 * The service writes `self.SHELL = {version, files}` before this text; another version is another cache.
 */

const { version, files } = self.SHELL;
const CACHE = `scanner-${version}`;
const EMPTY_PAGES = { "zh-CN": "/scan/shell", en: "/scan/shell/en" };
const LAST_READ = "/scan/language";

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
      const shell = await emptyPage();
      if (shell && /^\/scan\/[0-9a-f]{16}$/.test(pathname)) return shell;
      throw failure;
    }));
  } else if (files.includes(pathname)) {
    event.respondWith(caches.open(CACHE).then((cache) => cache.match(pathname)).then((kept) => kept ?? fetch(request)));
  }
});

/** The scanner's page says what language it is read in. */
self.addEventListener("message", (event) => {
  if (event.data in EMPTY_PAGES) {
    event.waitUntil(caches.open(CACHE).then((cache) => cache.put(LAST_READ, new Response(event.data))));
  }
});

async function emptyPage() {
  const cache = await caches.open(CACHE);
  const language = await (await cache.match(LAST_READ))?.text();
  return cache.match(EMPTY_PAGES[language] ?? EMPTY_PAGES["zh-CN"]);
}
