// The service worker's life as the page sees it: registered once the screen stands, asked now and then for a newer build.
import { offerUpdate } from "@/features/device/update";

const ASKED_EVERY = 3_600_000;

/** `open` goes to a path within the product; a notification that was tapped asks for it. */
export function startWorker(open: (path: string) => void): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", (event) => {
    const { type, path } = (event.data ?? {}) as { type?: string; path?: string };
    if (type === "OPEN" && path) open(path);
  });
  if (document.readyState === "complete") void register();
  else window.addEventListener("load", () => void register(), { once: true });
}

async function register(): Promise<void> {
  const { Workbox } = await import("workbox-window");
  const workbox = new Workbox("/sw.js");
  let asked = false;
  const reload = () => window.location.reload();
  workbox.addEventListener("waiting", () => {
    offerUpdate(() => {
      asked = true;
      workbox.messageSkipWaiting();
    });
  });
  workbox.addEventListener("controlling", (event) => {
    // Taken in another tab: this page still runs the older scripts and may be loaded again whenever it suits.
    if (asked) reload();
    else if (event.isUpdate || event.isExternal) offerUpdate(reload);
  });
  try {
    await workbox.register();
  } catch (_refused) {
    return; // a private window or an insecure address: everything works, only not offline
  }
  const ask = () => void workbox.update().catch(() => undefined);
  setInterval(ask, ASKED_EVERY);
}
