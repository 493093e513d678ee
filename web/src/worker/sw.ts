// The service worker: the frame and its scripts from this device, so that it opens at once and offline; numbers never. And pushes.
/// <reference lib="webworker" />
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { notificationOf, opensAt } from "./notification";

declare const self: ServiceWorkerGlobalScope;
/** Every file of the build with its revision; scripts/build-worker.mjs puts it in. */
declare const BUILT_FILES: { url: string; revision: string | null }[];

// What the server itself answers when one goes there: the API (brokers send people back to it), its pages, its probes.
const SERVERS_OWN = [/^\/v1\//, /^\/kite\//, /^\/docs/, /^\/redoc/, /^\/openapi/, /^\/(livez|readyz|metrics)/];

cleanupOutdatedCaches();
precacheAndRoute(BUILT_FILES);
registerRoute(new NavigationRoute(createHandlerBoundToURL("/index.html"), { denylist: SERVERS_OWN }));

// A new version waits until the person at the screen takes it: a half-filled ticket is not swept away.
self.addEventListener("message", (event) => {
  if ((event.data as { type?: string } | null)?.type === "SKIP_WAITING") void self.skipWaiting();
});

self.addEventListener("push", (event) => {
  const { title, options } = notificationOf(event.data?.text() ?? null);
  event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(opensAt(event.notification.data)));
});

/** Brings an open window to the place, or opens one. */
async function show(path: string): Promise<void> {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const window = windows[0];
  if (!window) {
    await self.clients.openWindow(path);
    return;
  }
  await window.focus();
  window.postMessage({ type: "OPEN", path });
}
