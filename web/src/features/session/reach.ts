// Whether TradeMaster can be reached from here, and if not, what is in the way.
import { useSyncExternalStore } from "react";
import { useDeviceOnline } from "@/lib/hooks";
import { useSessionStatus } from "./state";

/** "snapshot": only what was kept on this device is shown; "away": the device has a network, the server does not answer. */
export type Reach = "reached" | "offline" | "away" | "snapshot";

let away = false;
const listeners = new Set<() => void>();

/** Told by whoever asked the server and got no answer, or got one again. */
export function tellAway(now: boolean): void {
  if (now === away) return;
  away = now;
  for (const told of listeners) told();
}

function subscribe(told: () => void): () => void {
  listeners.add(told);
  return () => listeners.delete(told);
}

export function useReach(): Reach {
  const status = useSessionStatus();
  const online = useDeviceOnline();
  const unanswered = useSyncExternalStore(subscribe, () => away);
  if (!online) return "offline";
  if (status === "snapshot") return "snapshot";
  return unanswered ? "away" : "reached";
}
