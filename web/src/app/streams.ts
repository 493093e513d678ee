// What runs while somebody is signed in: prices, events, the watch over the connection, the snapshot for offline.
import { startLive } from "@/api/live";
import { startPrices } from "@/features/market/prices";
import { startEvents } from "./events";
import { keepSnapshots, watchReach } from "./reaching";
import type { Store } from "./store";

/** Starts them all; the answer stops them. `onEnded` hears why this login was ended elsewhere. */
export function startStreams(store: Store, onEnded: (words: string | null) => void): () => void {
  const stops = [startPrices(), startEvents(store, onEnded), watchReach(store), keepSnapshots(store), startLive()];
  return () => {
    for (const stop of stops) stop();
  };
}
