// Whether what is on the screen can still change: while TradeMaster cannot be reached no number is live, and all are grey.
import { useSyncExternalStore } from "react";

let reachable = true;
const listeners = new Set<() => void>();

export function markReachable(now: boolean): void {
  if (now === reachable) return;
  reachable = now;
  document.documentElement.dataset.reach = now ? "here" : "gone"; // the tokens grey the page
  for (const told of listeners) told();
}

function subscribe(told: () => void): () => void {
  listeners.add(told);
  return () => listeners.delete(told);
}

export const useReachable = (): boolean => useSyncExternalStore(subscribe, () => reachable);
