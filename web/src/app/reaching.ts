// Watches whether the server answers while the live connection is away, and keeps the last numbers for when it does not.
import { api } from "@/api";
import { liveState, onLiveState } from "@/api/live";
import { tellAway } from "@/features/session/reach";
import { keepSnapshot } from "@/features/session/snapshot";
import type { Store } from "./store";

const ASKED_AFTER = 4000; // a blink of the connection is not worth a word
const ASKED_EVERY = 5000;
const KEPT_EVERY = 30_000;

/** Asks the server anew while the connection is down, and tells whether it answered. */
export function watchReach(store: Store): () => void {
  let asking: ReturnType<typeof setTimeout> | undefined;

  async function ask(): Promise<void> {
    const answer = await store.dispatch(
      api.endpoints.meta.initiate(undefined, { forceRefetch: true, subscribe: false }),
    );
    if (liveState() === "live") return;
    tellAway(answer.isError);
    asking = setTimeout(ask, ASKED_EVERY);
  }

  function changed(): void {
    clearTimeout(asking);
    if (liveState() === "live") tellAway(false);
    else asking = setTimeout(ask, ASKED_AFTER);
  }

  const stop = onLiveState(changed);
  changed();
  return () => {
    stop();
    clearTimeout(asking);
    tellAway(false);
  };
}

/** Keeps what was read, now and then and whenever the page is left. */
export function keepSnapshots(store: Store): () => void {
  let kept: unknown;
  const keep = () => {
    const state = store.getState();
    const { data } = api.endpoints.getPortfolio.select()(state);
    if (!data || data === kept) return;
    kept = data;
    void keepSnapshot(state, new Date());
  };
  const onHidden = () => document.visibilityState === "hidden" && keep();
  const clock = setInterval(keep, KEPT_EVERY);
  const soon = setTimeout(keep, ASKED_AFTER);
  document.addEventListener("visibilitychange", onHidden);
  return () => {
    clearInterval(clock);
    clearTimeout(soon);
    document.removeEventListener("visibilitychange", onHidden);
  };
}
