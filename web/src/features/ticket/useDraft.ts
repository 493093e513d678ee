// The draft being typed, started from what opened the ticket and from what this device last used.
import { useState } from "react";
import type { Product, Stock, StockDetail } from "@/api";
import { useTick } from "@/features/market/prices";
import { prefs, setPrefs } from "@/lib/prefs";
import { type Draft, emptyExtras, isDerivative, productsFor } from "./draft";
import type { Seed } from "./state";

export interface Instrument {
  symbol: string;
  exchange: Stock["exchange"];
  isin: string | null;
  kind: Stock["kind"];
  lot: number;
  tick: string;
  freeze: number | null;
  /** Last price in rupees as the feed gave it and when, or null. */
  last: string | null;
  lastAt: string | null;
}

export function useInstrument(stock: StockDetail): Instrument {
  const tick = useTick(stock.symbol);
  return {
    ...stock,
    last: tick?.ltp ?? stock.quote?.last_price ?? stock.last_price,
    lastAt: tick?.timestamp ?? stock.quote?.as_of ?? stock.price_as_of,
  };
}

const segmentOf = (kind: Stock["kind"]): string => (isDerivative(kind) ? "derivative" : "equity");

function startProduct(kind: Stock["kind"], seed: Seed): Product {
  const products = productsFor(kind, ["MTF"]);
  const wanted = seed.product ?? (prefs().lastProduct[segmentOf(kind)] as Product | undefined);
  return wanted && products.includes(wanted) ? wanted : (products[0] as Product);
}

export function useDraft(seed: Seed, stock: Instrument) {
  const [draft, setDraft] = useState<Draft>(() => ({
    side: seed.side,
    account: seed.account ?? "auto",
    quantity: String(seed.quantity ?? stock.lot),
    orderType: seed.orderType ?? (seed.price ? "LIMIT" : "MARKET"),
    price: seed.price ?? "",
    trigger: seed.trigger ?? "",
    product: startProduct(stock.kind, seed),
    validity: "DAY",
    ...emptyExtras,
  }));
  function change(part: Partial<Draft>): void {
    setDraft((before) => ({ ...before, ...part }));
    if (part.product) {
      setPrefs({ lastProduct: { ...prefs().lastProduct, [segmentOf(stock.kind)]: part.product } });
    }
  }
  return { draft, change };
}
