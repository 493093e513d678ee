// Order states as words and tones; what is not known stays unknown.
import type { ExternalOrder, Order, Status } from "@/api";
import type { Tone } from "@/components/badge";
import * as money from "@/lib/money";
import { hasText, t } from "@/text";

const tones: Record<Status, Tone> = {
  SUBMITTING: "quiet",
  UNKNOWN: "unknown",
  OPEN: "accent",
  TRIGGER_PENDING: "accent",
  PARTIALLY_FILLED: "accent",
  FILLED: "good",
  CANCELLED: "quiet",
  REJECTED: "bad",
  EXPIRED: "quiet",
};

/** An enum's member in words; one without words is shown as it is. */
export function wordOf(room: "status" | "external" | "conditional", member: string): string {
  const key = `orders:${room}.${member}`;
  return hasText(key) ? t(key) : member;
}

export const statusOf = (status: string): { word: string; tone: Tone } => ({
  word: wordOf("status", status),
  tone: tones[status as Status] ?? "unknown",
});

/** The state of a whole order; one that ended with a part filled is never shown as if nothing had happened, nor one
 * that its broker made twice as if all were well. */
export function stateOf(order: Pick<Order, "status" | "filled_quantity" | "children">): { word: string; tone: Tone } {
  if (order.status !== "UNKNOWN" && order.children.some((child) => child.surplus_quantity > 0)) {
    return { word: t("orders:more_than_asked", { state: statusOf(order.status).word }), tone: "bad" };
  }
  if (order.filled_quantity > 0 && order.status !== "FILLED" && isDone(order.status)) {
    return { word: t("orders:part_filled_ended"), tone: "warning" };
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

/** "LIMIT 1,500.00", "SL-M trigger 1,480.00", "MARKET". */
export function priceWords(order: Pick<Order, "order_type" | "price" | "trigger_price">): string {
  const parts: string[] = [order.order_type];
  if (order.price) parts.push(money.price(order.price));
  if (order.trigger_price) parts.push(t("orders:trigger", { price: money.price(order.trigger_price) }));
  return parts.join(" ");
}

const externals: Record<ExternalOrder["status"], Tone> = {
  PENDING: "quiet",
  OPEN: "accent",
  TRIGGER_PENDING: "accent",
  COMPLETE: "good",
  CANCELLED: "quiet",
  REJECTED: "bad",
  EXPIRED: "quiet",
  UNRECOGNISED: "unknown",
};

/** The state of an order placed past us; a word that we do not know is the broker's own. */
export function externalState(order: Pick<ExternalOrder, "status" | "broker_words">): { word: string; tone: Tone } {
  const known = hasText(`orders:external.${order.status}`);
  return {
    word: known ? wordOf("external", order.status) : order.broker_words,
    tone: known ? externals[order.status] : "unknown",
  };
}

export const sideWord = (side: Order["side"]): string => t(side === "BUY" ? "orders:buy" : "orders:sell");
