// The ticket that a holding opens: buy more of it, or sell it.
import type { Seed } from "@/features/ticket/state";
import type { LiveHolding } from "./valuation";

/** Buys more of a holding, or sells it; shares on the broker's money are sold by their own product. */
export function seedOf(row: LiveHolding, side: "BUY" | "SELL"): Seed {
  const lent = row.lots.every((lot) => lot.product === "MTF");
  return { symbol: row.symbol, side, product: side === "SELL" && lent ? "MTF" : "CNC" };
}
