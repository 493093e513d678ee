// Order states as words and tones; what is not known stays unknown.
import type { ExternalOrder, Order, Status } from "@/api";
import type { Tone } from "@/components/badge";
import * as money from "@/lib/money";

const words: Record<Status, { word: string; tone: Tone }> = {
  SUBMITTING: { word: "Sending", tone: "quiet" },
  UNKNOWN: { word: "Unknown — checking", tone: "unknown" },
  OPEN: { word: "Open", tone: "accent" },
  TRIGGER_PENDING: { word: "Waiting for trigger", tone: "accent" },
  PARTIALLY_FILLED: { word: "Partly filled", tone: "accent" },
  FILLED: { word: "Filled", tone: "good" },
  CANCELLED: { word: "Cancelled", tone: "quiet" },
  REJECTED: { word: "Rejected", tone: "bad" },
  EXPIRED: { word: "Expired", tone: "quiet" },
};

export const statusOf = (status: string): { word: string; tone: Tone } =>
  words[status as Status] ?? { word: status, tone: "unknown" };

/** The state of a whole order; one that ended with a part filled is never shown as if nothing had happened. */
export function stateOf(order: Pick<Order, "status" | "filled_quantity">): { word: string; tone: Tone } {
  if (order.filled_quantity > 0 && order.status !== "FILLED" && isDone(order.status)) {
    return { word: "Part filled, ended", tone: "warning" };
  }
  return statusOf(order.status);
}

const ended = new Set<string>(["FILLED", "CANCELLED", "REJECTED", "EXPIRED"]);
export const isDone = (status: string): boolean => ended.has(status);
export const canCancel = (order: Pick<Order, "status">): boolean => !isDone(order.status);

/** The reason of a state, unless it only repeats the state's name. */
export function reasonWords(order: Pick<Order, "status" | "status_reason">): string | null {
  const reason = order.status_reason;
  if (!reason || order.status === "FILLED") return null;
  const bare = reason.trim().toLowerCase();
  return bare === order.status.toLowerCase() || bare === statusOf(order.status).word.toLowerCase() ? null : reason;
}

/** "LIMIT 1,500.00", "SL-M at 1,480.00", "MARKET". */
export function priceWords(order: Pick<Order, "order_type" | "price" | "trigger_price">): string {
  const parts: string[] = [order.order_type];
  if (order.price) parts.push(money.price(order.price));
  if (order.trigger_price) parts.push(`trigger ${money.price(order.trigger_price)}`);
  return parts.join(" ");
}

const external: Record<ExternalOrder["status"], { word: string; tone: Tone }> = {
  PENDING: { word: "On its way", tone: "quiet" },
  OPEN: { word: "Open", tone: "accent" },
  TRIGGER_PENDING: { word: "Waiting for trigger", tone: "accent" },
  COMPLETE: { word: "Filled", tone: "good" },
  CANCELLED: { word: "Cancelled", tone: "quiet" },
  REJECTED: { word: "Rejected", tone: "bad" },
  EXPIRED: { word: "Expired", tone: "quiet" },
  UNRECOGNISED: { word: "", tone: "unknown" },
};

/** The state of an order placed past us; a word that we do not know is the broker's own. */
export function externalState(order: Pick<ExternalOrder, "status" | "broker_words">): { word: string; tone: Tone } {
  const { word, tone } = external[order.status] ?? external.UNRECOGNISED;
  return { word: word || order.broker_words, tone };
}
