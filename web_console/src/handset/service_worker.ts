/**
 * Owns the offline shell: the page and all its parts are in the phone before it enters a dead spot.
 * Nothing else is cached; what is asked of `/api` goes to the server or fails. The build writes the
 * list of parts in place of `__SHELL__`.
 */
declare const __SHELL__: { version: string; parts: string[] };

export {}; // a module of its own

const worker = self as unknown as ServiceWorkerGlobalScope;
const PAGE = "/handset";
const shell = __SHELL__;
const CACHE = `gridbeat-handset-${shell.version}`;

worker.addEventListener("install", (event) => {
  const filled = caches.open(CACHE).then((cache) => cache.addAll([PAGE, ...shell.parts]));
  event.waitUntil(filled.then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  const tidied = caches.keys().then((names) => {
    const old = names.filter((name) => name.startsWith("gridbeat-handset-") && name !== CACHE);
    return Promise.all(old.map((name) => caches.delete(name)));
  });
  event.waitUntil(tidied.then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== worker.location.origin) return;
  const isPage = event.request.mode === "navigate" && pathname === PAGE;
  const known = isPage ? PAGE : shell.parts.includes(pathname) ? pathname : null;
  if (!known) return;
  const answer = caches.match(known, { cacheName: CACHE });
  event.respondWith(answer.then((found) => found ?? fetch(event.request)));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const shown = worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const opened = shown.then((pages) => {
    const page = pages.find((each) => new URL(each.url).pathname === PAGE);
    return page ? page.focus() : worker.clients.openWindow(PAGE);
  });
  event.waitUntil(opened);
});
