// Whether the kill switch's sheet is open; a button, a key or a command may open it from anywhere.
import { useSyncExternalStore } from "react";

let open = false;
const listeners = new Set<() => void>();

function set(next: boolean): void {
  open = next;
  for (const told of listeners) told();
}

export const openKillSwitch = (): void => set(true);
export const closeKillSwitch = (): void => set(false);

function subscribe(told: () => void): () => void {
  listeners.add(told);
  return () => listeners.delete(told);
}

export const useKillOpen = (): boolean => useSyncExternalStore(subscribe, () => open);
