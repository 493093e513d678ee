// Orders as the event stream tells of them, for whoever waits for one: a slow answer must not hide what is known already.
import type { Order, OrderIn } from "@/api";

type Told = (order: Order) => void;

// Wide enough for a clock that is off; whatever is older was heard of before, or belongs to another day.
const FRESH_FOR = 120_000;

const seen = new Set<string>();
const waiting = new Set<Told>();

/** Called for each order event, before anything else hears of it. */
export function tellOrder(order: Order): void {
  const fresh = !seen.has(order.id) && Date.now() - Date.parse(order.created_at) < FRESH_FOR;
  seen.add(order.id);
  if (fresh) for (const told of waiting) told(order);
}

/** Calls back with each order that was never heard of before, until the returned function is called. */
export function onNewOrder(told: Told): () => void {
  waiting.add(told);
  return () => waiting.delete(told);
}

const same = (a: string | null | undefined, b: string | null | undefined): boolean => Number(a ?? 0) === Number(b ?? 0);

/** True when the order is what was asked for, in every field that was sent. */
export const answersTo = (sent: OrderIn, order: Order): boolean =>
  order.exchange === sent.exchange &&
  order.symbol === sent.symbol &&
  order.side === sent.side &&
  order.quantity === sent.quantity &&
  order.order_type === sent.order_type &&
  order.product === sent.product &&
  order.account === sent.account &&
  same(order.price, sent.price) &&
  same(order.trigger_price, sent.trigger_price);
