// What the form of a hook holds, and the rules that the API takes for it.
import type { HookIn } from "@/api";

export type By = "contracts" | "lots" | "units" | "rupees";
export type Product = "CNC" | "MIS" | "NRML";

export interface Draft {
  name: string;
  token: string;
  product: Product;
  by: By;
  count: string;
  orderType: "MARKET" | "LIMIT";
  offset: string;
  symbols: string;
  onlyTradingview: boolean;
}

export const empty: Draft = {
  name: "",
  token: "",
  product: "MIS",
  by: "contracts",
  count: "",
  orderType: "MARKET",
  offset: "0.25",
  symbols: "",
  onlyTradingview: false,
};

/** "NSE:NIFTY1! = NFO:NIFTY26NOVFUT", one a line; what is no such line is given on as it is, for the API to refuse. */
export function namesOf(text: string): Record<string, string> {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => {
      const [theirs = "", ours = ""] = line.split("=").map((part) => part.trim());
      return [theirs, ours];
    }),
  );
}

export function hookOf(draft: Draft): HookIn {
  return {
    name: draft.name.trim(),
    token: draft.token,
    only_tradingview: draft.onlyTradingview,
    rules: {
      product: draft.product,
      order_type: draft.orderType,
      offset_percent: draft.orderType === "LIMIT" ? draft.offset.trim() : "0",
      symbols: namesOf(draft.symbols),
      quantity: {
        by: draft.by,
        units: draft.by === "units" ? Number(draft.count) : null,
        amount: draft.by === "rupees" ? draft.count.trim() : null,
      },
    },
  };
}
