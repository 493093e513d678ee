// Pure: an order's way from here to the exchange, as four steps and how far it has come.
import type { Order } from "@/api";
import * as money from "@/lib/money";
import { t } from "@/text";

export type Mark = "done" | "now" | "ahead" | "failed" | "unknown";

export interface Step {
  id: "sent" | "accepted" | "exchange" | "filled";
  words: string;
  mark: Mark;
}

type Seen = Pick<Order, "status" | "filled_quantity" | "quantity" | "after_market"> & {
  children: readonly Pick<Order["children"][number], "broker_order_id">[];
};

/** A new order has not been answered: what it has reached is not known yet. */
export function stepsOf(order: Seen | undefined): Step[] {
  const sending = !order || order.status === "SUBMITTING";
  const filled = order?.filled_quantity ?? 0;
  const taken = order?.children.some((child) => child.broker_order_id !== null) ?? false;
  return [
    { id: "sent", words: t(sending ? "ticket:step.sending" : "ticket:step.sent"), mark: sending ? "now" : "done" },
    accepted(order, sending, taken || filled > 0),
    exchange(order, sending, filled),
    {
      id: "filled",
      words: order
        ? t("ticket:step.filled_of", { filled: money.quantity(filled), quantity: money.quantity(order.quantity) })
        : t("ticket:step.filled"),
      mark: order?.status === "FILLED" ? "done" : filled > 0 ? (stopped(order) ? "failed" : "now") : "ahead",
    },
  ];
}

const stopped = (order: Seen | undefined): boolean =>
  order?.status === "REJECTED" || order?.status === "CANCELLED" || order?.status === "EXPIRED";

function accepted(order: Seen | undefined, sending: boolean, taken: boolean): Step {
  const id = "accepted";
  if (order?.status === "UNKNOWN") return { id, words: t("ticket:step.unknown"), mark: "unknown" };
  if (order?.status === "REJECTED" && order.filled_quantity === 0) {
    return { id, words: t("ticket:step.rejected"), mark: "failed" };
  }
  return { id, words: t("ticket:step.accepted"), mark: sending && !taken ? "ahead" : "done" };
}

const reached = new Set(["OPEN", "TRIGGER_PENDING", "PARTIALLY_FILLED", "FILLED"]);

function exchange(order: Seen | undefined, sending: boolean, filled: number): Step {
  const id = "exchange";
  if (order?.after_market && filled === 0 && reached.has(order.status)) {
    return { id, words: t("ticket:step.waits"), mark: "now" };
  }
  const there =
    !sending && order !== undefined && (reached.has(order.status) || filled > 0 || order.status === "CANCELLED");
  return { id, words: t("ticket:step.exchange"), mark: there ? "done" : "ahead" };
}
