// Pure: what can be done with a position, and at which account.
import type { Account, Exchange, Position, PositionLot, Product, Side } from "@/api";
import type { Seed } from "@/features/ticket/state";

export const nameOf = (position: Pick<Position, "exchange" | "symbol">): string =>
  `${position.exchange}:${position.symbol}`;

/** The parts that are open; a position may be flat in sum and open at two brokers. */
export const openLots = (position: Position): PositionLot[] => position.lots.filter((lot) => lot.quantity !== 0);

/** The side that leaves so many units. */
export const leavingSide = (quantity: number): Side => (quantity > 0 ? "SELL" : "BUY");

const otherSide = (side: Side): Side => (side === "BUY" ? "SELL" : "BUY");

/** The ticket that adds to a position: at its own broker when only one holds it. */
export function addSeed(position: Position): Seed {
  const lots = openLots(position);
  const held = lots.length === 1 && lots[0] ? lots[0].quantity : position.quantity;
  return {
    symbol: nameOf(position),
    side: held < 0 ? "SELL" : "BUY",
    product: position.product,
    ...(lots.length === 1 && lots[0] ? { account: lots[0].account } : {}),
  };
}

/** The ticket that leaves one part of a position at a price of one's own. */
export const leaveSeed = (position: Position, lot: PositionLot): Seed => ({
  symbol: nameOf(position),
  side: leavingSide(lot.quantity),
  quantity: Math.abs(lot.quantity),
  product: position.product,
  account: lot.account,
});

/** The ticket that opens as much on the other side as was left. */
export const otherWaySeed = (position: Position, lot: Pick<PositionLot, "account" | "quantity">): Seed => ({
  symbol: nameOf(position),
  side: otherSide(lot.quantity > 0 ? "BUY" : "SELL"),
  quantity: Math.abs(lot.quantity),
  product: position.product,
  account: lot.account,
});

const shares = new Set<Exchange>(["NSE", "BSE"]);

/** Products that a part can be moved to at its account; a short sale of shares cannot be carried. */
export function convertible(position: Position, lot: PositionLot, account: Account | undefined): Product[] {
  if (!account?.capabilities.features.converts) return [];
  const family: Product[] = shares.has(position.exchange) ? ["CNC", "MIS", "MTF"] : ["NRML", "MIS"];
  return family.filter(
    (product) =>
      product !== position.product &&
      account.capabilities.products.includes(product) &&
      !(lot.quantity < 0 && (product === "CNC" || product === "MTF")),
  );
}

/** Whole lots, at least one and at most what is open; null for what is no such number. */
export function quantityOf(text: string, open: number): number | null {
  if (!/^[\d,]+$/.test(text.trim())) return null;
  const quantity = Number(text.replaceAll(",", ""));
  return quantity >= 1 && quantity <= Math.abs(open) ? quantity : null;
}
