// A newer build waits behind the screen until the person before it takes it; the page is loaded again only then, once.
import { useSyncExternalStore } from "react";

let take: (() => void) | null = null;
let put = false;
const listeners = new Set<() => void>();

function tell(): void {
  for (const told of listeners) told();
}

/** A newer version is there; `how` brings it onto the screen. */
export function offerUpdate(how: () => void): void {
  take = how;
  put = false;
  tell();
}

export const takeUpdate = (): void => take?.();

/** Not now: it is asked again when the next version comes, and taken with the next start at the latest. */
export function putOffUpdate(): void {
  put = true;
  tell();
}

function subscribe(told: () => void): () => void {
  listeners.add(told);
  return () => listeners.delete(told);
}

export const useUpdateReady = (): boolean => useSyncExternalStore(subscribe, () => take !== null && !put);
