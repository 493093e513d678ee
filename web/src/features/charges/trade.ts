// Pure: what is typed into the calculator, and the question that it makes.
import "@/text/rooms/charges";
import type { Exchange, Kind, Product, Side, Stock } from "@/api";
import * as money from "@/lib/money";
import { t } from "@/text";

export interface Draft {
  side: Side;
  product: Product;
  quantity: string;
  /** Empty: at the last price. */
  price: string;
  /** yyyy-mm-dd; empty: today. */
  on: string;
  byDesk: boolean;
}

const products = (kind: Kind): Product[] => (kind === "EQ" ? ["CNC", "MIS", "MTF"] : ["NRML", "MIS"]);

export const productChoices = (kind: Kind) =>
  products(kind).map((value) => ({
    value,
    label: t(`charges:product_word.${value}`),
    title: t(`charges:product_help.${value}`),
  }));

/** The product that a kind of instrument can have: what was chosen before, when it may stay. */
export const productFor = (kind: Kind, chosen: Product): Product =>
  products(kind).includes(chosen) ? chosen : (products(kind)[0] ?? chosen);

export function quantityError(text: string): string | null {
  const count = wholeOf(text);
  return count === null || count < 1 ? t("charges:wrong_quantity") : null;
}

export function priceError(text: string): string | null {
  const amount = money.parse(text);
  return text.trim() !== "" && (amount === null || amount <= 0n) ? t("charges:wrong_price") : null;
}

export function wholeOf(text: string): number | null {
  const clean = text.replace(/[,\s]/g, "");
  return /^\d{1,9}$/.test(clean) ? Number(clean) : null;
}

export interface Question {
  exchange: Exchange;
  symbol: string;
  side: Side;
  product: Product;
  quantity: number;
  price: string;
  on?: string;
  byDesk?: boolean;
}

/** The question, or null while something of it is missing or cannot be read. */
export function questionOf(
  draft: Draft,
  stock: Pick<Stock, "exchange" | "symbol" | "kind" | "last_price">,
): Question | null {
  const quantity = wholeOf(draft.quantity);
  const typed = draft.price.trim();
  const price = money.parse(typed === "" ? stock.last_price : typed);
  if (!quantity || price === null || price <= 0n) return null;
  return {
    exchange: stock.exchange,
    symbol: stock.symbol.slice(stock.exchange.length + 1),
    side: draft.side,
    product: productFor(stock.kind, draft.product),
    quantity,
    price: money.toWire(price, 4),
    on: draft.on || undefined,
    byDesk: draft.byDesk || undefined,
  };
}
