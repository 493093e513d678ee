// Pure: what the ticket holds while one types, what is wrong with it in words with the fix, and what it becomes on the wire.
import type { OrderIn, OrderType, Product, Side, Stock, Validity } from "@/api";
import * as money from "@/lib/money";

export interface Draft {
  side: Side;
  account: string;
  quantity: string;
  orderType: OrderType;
  price: string;
  trigger: string;
  product: Product;
  validity: Validity;
}

export type DraftField = "quantity" | "price" | "trigger_price";
export type Mistakes = Partial<Record<DraftField, string>>;

type Terms = Pick<Stock, "lot" | "tick" | "kind">;

export const needsPrice = (type: OrderType): boolean => type === "LIMIT" || type === "SL";
export const needsTrigger = (type: OrderType): boolean => type === "SL" || type === "SL-M";
export const isDerivative = (kind: Stock["kind"]): boolean => kind === "FUT" || kind === "CE" || kind === "PE";

export const productWords: Record<Product, string> = {
  CNC: "Delivery",
  MIS: "Intraday",
  NRML: "Carry",
  MTF: "Margin",
};
export const productHelp: Record<Product, string> = {
  CNC: "CNC: paid in full and kept in demat",
  MIS: "MIS: closed by the broker before the end of the day",
  NRML: "NRML: futures and options carried until expiry",
  MTF: "MTF: partly financed by the broker",
};

export const productsFor = (kind: Stock["kind"]): Product[] => (isDerivative(kind) ? ["NRML", "MIS"] : ["CNC", "MIS"]);

/** The whole number typed, commas allowed; null when it is none. */
export function units(text: string): number | null {
  const clean = text.replace(/[,\s]/g, "");
  if (!/^\d{1,9}$/.test(clean)) return null;
  return Number(clean);
}

export function mistakesIn(draft: Draft, terms: Terms): Mistakes {
  const mistakes: Mistakes = {};
  const wrongQuantity = quantityMistake(draft.quantity, terms.lot);
  if (wrongQuantity) mistakes.quantity = wrongQuantity;
  if (needsPrice(draft.orderType)) {
    const wrong = priceMistake(draft.price, terms.tick, "price");
    if (wrong) mistakes.price = wrong;
  }
  if (needsTrigger(draft.orderType)) {
    const wrong = priceMistake(draft.trigger, terms.tick, "trigger") ?? triggerSideMistake(draft);
    if (wrong) mistakes.trigger_price = wrong;
  }
  return mistakes;
}

function quantityMistake(text: string, lot: number): string | null {
  const count = units(text);
  if (count === null) return text.trim() === "" ? "How many?" : "Whole units only, for example 10";
  if (count === 0) return lot > 1 ? `At least one lot: ${lot}` : "At least 1";
  if (lot > 1 && count % lot !== 0) {
    return `Lot is ${lot}; try ${money.quantity(Math.max(1, Math.round(count / lot)) * lot)}`;
  }
  return null;
}

function priceMistake(text: string, tick: string, name: string): string | null {
  const amount = money.parse(text);
  if (amount === null) return text.trim() === "" ? `Enter a ${name}` : "A number, for example 1,502.35";
  if (amount <= 0n) return "More than zero";
  const step = money.parse(tick);
  if (step !== null && !money.isMultiple(amount, step)) {
    const near = money.stepBy(money.stepBy(amount, step, 1), step, -1);
    return `Tick is ${money.price(step)}; try ${money.price(near)}`;
  }
  return null;
}

function triggerSideMistake({ orderType, side, price, trigger }: Draft): string | null {
  const [limit, at] = [money.parse(price), money.parse(trigger)];
  if (orderType !== "SL" || limit === null || at === null) return null;
  if (side === "BUY" && at > limit) return "A buy's trigger is at or below its price";
  if (side === "SELL" && at < limit) return "A sell's trigger is at or above its price";
  return null;
}

/** The order as sent; only for a draft without mistakes. */
export function toOrder(draft: Draft, symbol: string): OrderIn {
  const colon = symbol.indexOf(":");
  const wire = (text: string) => {
    const amount = money.parse(text);
    return amount === null ? undefined : money.toWire(amount, amount % 1_000_000n === 0n ? 2 : 4);
  };
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
