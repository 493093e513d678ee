// Pure: what the ticket holds while one types, and what it becomes on the wire.
import type { OrderIn, OrderType, PolicyKind, Product, Side, Stock, Validity } from "@/api";
import * as money from "@/lib/money";

/** "own": by the policy of the settings. */
export type Route = "own" | Extract<PolicyKind, "cheapest" | "fastest" | "most_reliable" | "spread">;

export interface Draft {
  side: Side;
  account: string;
  quantity: string;
  orderType: OrderType;
  price: string;
  trigger: string;
  product: Product;
  validity: Validity;
  /** How long a TTL order lives. */
  minutes: string;
  disclosed: string;
  /** Empty: all at once. */
  legs: string;
  afterMarket: boolean;
  route: Route;
  /** What protects the fill, as triggers the broker keeps; empty: nothing. */
  stop: string;
  target: string;
}

export const emptyExtras = {
  minutes: "",
  disclosed: "",
  legs: "",
  afterMarket: false,
  route: "own",
  stop: "",
  target: "",
} as const;

export const needsPrice = (type: OrderType): boolean => type === "LIMIT" || type === "SL";
export const needsTrigger = (type: OrderType): boolean => type === "SL" || type === "SL-M";
export const isDerivative = (kind: Stock["kind"]): boolean => kind === "FUT" || kind === "CE" || kind === "PE";
export const opposite = (side: Side): Side => (side === "BUY" ? "SELL" : "BUY");

/** The products of a kind of instrument; shares on the broker's money only where an account offers them. */
export const productsFor = (kind: Stock["kind"], offered: readonly Product[] = []): Product[] => {
  if (isDerivative(kind)) return ["NRML", "MIS"];
  return offered.includes("MTF") ? ["CNC", "MIS", "MTF"] : ["CNC", "MIS"];
};

/** The whole number typed, commas allowed; null when it is none. */
export function units(text: string): number | null {
  const clean = text.replace(/[,\s]/g, "");
  if (!/^\d{1,9}$/.test(clean)) return null;
  return Number(clean);
}

/** Pasted numbers lose their commas, spaces and rupee sign. */
export const cleaned = (text: string): string => text.replace(/[₹,\s]/g, "");

const wire = (text: string): string | undefined => {
  const amount = money.parse(text);
  return amount === null ? undefined : money.toWire(amount, amount % 1_000_000n === 0n ? 2 : 4);
};

/** The order as sent, with only what differs from a plain one; for a draft without mistakes. */
export function toOrder(draft: Draft, symbol: string): OrderIn {
  const colon = symbol.indexOf(":");
  const [disclosed, legs] = [units(draft.disclosed), units(draft.legs)];
  return {
    exchange: symbol.slice(0, colon) as OrderIn["exchange"],
    symbol: symbol.slice(colon + 1),
    side: draft.side,
    order_type: draft.orderType,
    quantity: units(draft.quantity) ?? 0,
    ...(needsPrice(draft.orderType) ? { price: wire(draft.price) } : {}),
    ...(needsTrigger(draft.orderType) ? { trigger_price: wire(draft.trigger) } : {}),
    product: draft.product,
    validity: draft.validity,
    ...(draft.validity === "TTL" ? { validity_minutes: units(draft.minutes) ?? 0 } : {}),
    ...(disclosed ? { disclosed_quantity: disclosed } : {}),
    ...(legs ? { iceberg_legs: legs } : {}),
    ...(draft.afterMarket ? { after_market: true } : {}),
    ...(draft.account === "auto" && draft.route !== "own" ? { policy: { kind: draft.route } } : {}),
    account: draft.account,
  };
}

/** The quantity after an arrow key: whole lots, never below one. */
export function stepQuantity(text: string, lot: number, steps: number): string {
  const count = units(text) ?? 0;
  const onLot = steps > 0 ? Math.floor(count / lot) : Math.ceil(count / lot);
  return String(Math.max(1, onLot + steps) * lot);
}

export function stepPrice(text: string, tick: string, steps: number, start: string | null): string {
  const step = money.parse(tick);
  const from = money.parse(text) ?? money.parse(start);
  if (step === null || from === null) return text;
  return money.toWire(money.stepBy(from, step, steps), step < 1_000_000n ? 4 : 2);
}

/** A part of what one holds, or of what the margin buys, in whole lots. */
export function partOf(whole: number, percent: number, lot: number): string {
  return String(Math.floor(Math.floor((whole * percent) / 100) / lot) * lot);
}

/** Lots typed become units; text that is no number stays, so that its mistake can be named. */
export const lotsToUnits = (text: string, lot: number): string => {
  const lots = units(text);
  return lots === null ? text : String(lots * lot);
};

/** Whole lots of a quantity as text; empty when it is none. */
export const lotsOf = (text: string, lot: number): string => {
  const count = units(text);
  return count !== null && count % lot === 0 ? String(count / lot) : "";
};
