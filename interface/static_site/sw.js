// Keeps the page for the next visit, with or without a network. A new version has another name and comes with the visit after.
//
// `python -m interface.static` writes the version and the names of all files in here.

/** @type {string[]} */
const FILES = [];
/** @type {string[]} kept when they are first wanted */
const LATER = [];
/** @type {string[]} the reader's runtime with relaxed SIMD, and without: kept is the one that this browser runs */
const RELAXED = [];
/** @type {string[]} */
const PLAIN = [];
/** @type {number[]} a WebAssembly module that is valid only where there is relaxed SIMD */
const RELAXED_SIMD = [];

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self)); // its type has another name for `self`
const SCOPE = `digits ${worker.registration.scope}`; // a host's other pages keep theirs
const KEPT = `${SCOPE} VERSION`;

worker.addEventListener('install', (event) => event.waitUntil(keep()));
worker.addEventListener('activate', (event) => event.waitUntil(dropOldVersions()));
worker.addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET' || !event.request.url.startsWith(worker.registration.scope)) return;
  event.respondWith(answer(event));
});

/** Files are asked for anew, or the browser's own memory would mix two versions; what has not changed is not sent again. */
async function keep() {
  const cache = await caches.open(KEPT);
  const runtime = WebAssembly.validate(Uint8Array.from(RELAXED_SIMD)) ? RELAXED : PLAIN;
  await cache.addAll([...FILES, ...runtime].map((file) => new Request(file, {cache: 'no-cache'})));
}

async function dropOldVersions() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(`${SCOPE} `) && name !== KEPT).map((name) => caches.delete(name)));
}

/** @type {(event: FetchEvent) => Promise<Response>} which does not wait until the page is kept */
async function answer(event) {
  const {request} = event;
  const cache = await caches.open(KEPT);
  const found = await cache.match(request, {ignoreSearch: true});
  if (found) return found;
  const response = await fetch(request);
  const name = request.url.slice(worker.registration.scope.length);
  if (response.ok && LATER.includes(name)) event.waitUntil(cache.put(request, response.clone()).catch(() => {}));
  return response;
}
