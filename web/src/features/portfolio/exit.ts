// The ticket that would close a position; pinned to its broker when only one holds it.
import type { Product } from "@/api";
import type { Seed } from "@/features/ticket/state";
import type { LivePosition } from "./valuation";

export function exitOf(row: LivePosition): Seed | null {
  if (row.quantity === 0) return null;
  const only = row.lots.filter((lot) => lot.quantity !== 0);
  return {
    symbol: row.symbol,
    side: row.quantity > 0 ? "SELL" : "BUY",
    quantity: Math.abs(row.quantity),
    product: row.source.product as Product,
    ...(only.length === 1 && only[0] ? { account: only[0].account } : {}),
  };
}
