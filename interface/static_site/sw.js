// Keeps the page for the next visit, with or without a network. A new version has another name and comes with the visit after.

const SCOPE = `digits ${registration.scope}`; // a host's other pages keep theirs
const KEPT = `${SCOPE} VERSION`;
const FILES = [];

self.addEventListener('install', (event) =>
  event.waitUntil(
    caches.open(KEPT).then((cache) =>
      // asked anew, or the browser's own memory would mix two versions; what has not changed is not sent again
      cache.addAll(FILES.map((file) => new Request(file, {cache: 'no-cache'}))),
    ),
  ),
);

self.addEventListener('activate', (event) =>
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name.startsWith(`${SCOPE} `) && name !== KEPT).map((name) => caches.delete(name))),
      ),
  ),
);

self.addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET' || !event.request.url.startsWith(registration.scope)) return;
  event.respondWith(
    caches
      .open(KEPT)
      .then((cache) => cache.match(event.request, {ignoreSearch: true}))
      .then((kept) => kept ?? fetch(event.request)),
  );
});
