// Pure: what of the chosen orders is still held, account by account: only that can be squared off.
import type { Order, Portfolio, Position, PositionLot } from "@/api";

export interface SquareLine {
  position: Position;
  lot: PositionLot;
  /** Units to leave: what these orders made, as far as it is still held on the same side. */
  quantity: number;
  exactly: true;
}

const keyOf = (account: string, order: Pick<Order, "exchange" | "symbol" | "product">): string =>
  [account, order.exchange, order.symbol, order.product].join(" ");

/** The lines that can be left, and how many of the orders hold nothing of it any more (or never filled). */
export function squareLines(orders: readonly Order[], portfolio: Portfolio): SquareLine[] {
  const made = new Map<string, number>();
  for (const order of orders) {
    const sign = order.side === "BUY" ? 1 : -1;
    for (const child of order.children) {
      const key = keyOf(child.account, order);
      made.set(key, (made.get(key) ?? 0) + sign * child.filled_quantity);
    }
  }
  return portfolio.positions.flatMap((position) =>
    position.lots.flatMap((lot): SquareLine[] => {
      const net = made.get(keyOf(lot.account, position)) ?? 0;
      const sameWay = Math.sign(net) === Math.sign(lot.quantity) && net !== 0;
      const quantity = Math.min(Math.abs(net), Math.abs(lot.quantity));
      return sameWay ? [{ position, lot, quantity, exactly: true }] : [];
    }),
  );
}
