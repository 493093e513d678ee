// The order that has left and has not been answered. It outlives a reload of the page, which then looks for it by its key and never sends it.
import type { OrderIn } from "@/api";
import type { Guard } from "./protection";

const PLACE = "tm.pending";

export interface Pending {
  key: string;
  order: OrderIn;
  /** Whose order it is; null where that is not known. */
  user?: string | null;
  /** The stop and target that it is to get. */
  guard?: Guard | null;
}

const isPending = (value: unknown): value is Pending => {
  const { key, order } = (value ?? {}) as Partial<Pending>;
  return (
    typeof key === "string" && key !== "" && typeof order?.symbol === "string" && typeof order.quantity === "number"
  );
};

export function pendingOrder(): Pending | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
    return isPending(kept) ? kept : null;
  } catch (_unreadable) {
    return null;
  }
}

/** Forgets what another user of this browser has left; true when it did. */
export function forgetOthers(user: string | null): boolean {
  const kept = pendingOrder();
  if (!kept?.user || kept.user === user) return false;
  forgetPending();
  return true;
}

let left: Pending | null = null;

/** The order that was unanswered when the page was loaded; null once it is known what became of it. */
export const leftBehind = (): Pending | null => left;

/** Notes what an earlier life of this page has left unanswered. */
export function noteLeft(): void {
  left = pendingOrder();
}
noteLeft();

export function keepPending(pending: Pending): void {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(pending));
  } catch (_storageRefused) {
    // Then a reload forgets it; the order list still shows what was recorded.
  }
}

/** Forgets the order of this key, so that another one that has left since stays; without a key whatever is kept. */
export function forgetPending(key?: string): void {
  if (key === undefined || left?.key === key) left = null;
  try {
    if (key === undefined || pendingOrder()?.key === key) sessionStorage.removeItem(PLACE);
  } catch (_storageRefused) {
    // Nothing was kept.
  }
}
