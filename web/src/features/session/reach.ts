// Whether TradeMaster can be reached from here, and the words for why nothing can be sent while it cannot.
import { useSyncExternalStore } from "react";
import { useOnline } from "@/lib/hooks";
import { t } from "@/text";
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
  const online = useOnline();
  const unanswered = useSyncExternalStore(subscribe, () => away);
  if (!online) return "offline";
  if (status === "snapshot") return "snapshot";
  return unanswered ? "away" : "reached";
}

/** Why no order can be sent from this screen now; null while one can. Nothing is ever kept to be sent later. */
export function useNoTrading(): string | null {
  const reach = useReach();
  return reach === "reached" ? null : t(`session:no_trading.${reach}`);
}
