// The legs one puts together before an order: kept while the page is open, each in whole lots.
import { useReducer } from "react";
import type { PayoffLeg, Side } from "@/api";
import * as money from "@/lib/money";

export const MOST_LEGS = 20;
const MOST_LOTS = 1000;

export interface BasketLeg {
  symbol: string;
  /** "26,050 CE". */
  label: string;
  strike: string;
  side: Side;
  lots: number;
  lot: number;
}

export type BasketAction =
  | { do: "add"; leg: Omit<BasketLeg, "lots"> }
  | { do: "flip"; symbol: string }
  | { do: "lots"; symbol: string; by: number }
  | { do: "remove"; symbol: string }
  | { do: "clear" };

const kept = (lots: number): number => Math.min(MOST_LOTS, Math.max(1, lots));

/** One leg of each contract: adding the same side again makes it a lot larger, the other side a lot smaller. */
export function basket(legs: readonly BasketLeg[], action: BasketAction): readonly BasketLeg[] {
  switch (action.do) {
    case "add": {
      const held = legs.find((leg) => leg.symbol === action.leg.symbol);
      if (!held) return legs.length < MOST_LEGS ? [...legs, { ...action.leg, lots: 1 }] : legs;
      const lots = held.side === action.leg.side ? held.lots + 1 : held.lots - 1;
      if (lots === 0) return legs.filter((leg) => leg !== held);
      return legs.map((leg) => (leg === held ? { ...leg, lots: kept(lots) } : leg));
    }
    case "flip":
      return legs.map((leg) =>
        leg.symbol === action.symbol ? { ...leg, side: leg.side === "BUY" ? "SELL" : "BUY" } : leg,
      );
    case "lots":
      return legs.map((leg) => (leg.symbol === action.symbol ? { ...leg, lots: kept(leg.lots + action.by) } : leg));
    case "remove":
      return legs.filter((leg) => leg.symbol !== action.symbol);
    case "clear":
      return [];
  }
}

export const useBasket = () => useReducer(basket, []);

export const toLegs = (legs: readonly BasketLeg[]): PayoffLeg[] =>
  legs.map(({ symbol, side, lots, lot }) => ({ symbol, side, quantity: lots * lot }));

/** The prices of the underlying worth drawing: a twentieth beyond the outermost strike and where it stands. */
export function span(legs: readonly BasketLeg[], spot: string | null): { low?: string; high?: string } {
  const prices = [...legs.map((leg) => leg.strike), spot].flatMap((text) => money.parse(text) ?? []);
  const sorted = [...prices].sort(money.compare);
  const [low, high] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined) return {};
  const part = (price: money.Amount, percent: number): string =>
    money.toWire(money.per(money.times(price, percent), 100) ?? price, 0);
  return { low: part(low, 95), high: part(high, 105) };
}

/** Hedges first: what is bought lowers the margin of what is sold. */
export const inOrder = (legs: readonly BasketLeg[]): BasketLeg[] =>
  [...legs].sort((a, b) => Number(a.side === "SELL") - Number(b.side === "SELL"));
