// Pure: what is held and usable at the accounts an order may go to.
import type { Portfolio, Product } from "@/api";
import * as money from "@/lib/money";
import type { Draft } from "./draft";
import type { Instrument } from "./useDraft";

type At = { account: string };

const mine =
  (account: string) =>
  (line: At): boolean =>
    account === "auto" || line.account === account;

/** Shares that may be sold as delivery or, of those on the broker's money, as margin. */
export function sellable(data: Portfolio, stock: Instrument, draft: Pick<Draft, "account" | "product">): number {
  const holding = data.holdings.find((row) => row.isin && row.isin === stock.isin);
  // Shares on the broker's money are sold under their own product only, and own ones never under it.
  const product: Product = draft.product === "MTF" ? "MTF" : "CNC";
  const lots = holding?.lots.filter((lot) => mine(draft.account)(lot) && lot.product === product) ?? [];
  return lots.reduce((sum, lot) => sum + lot.sellable_quantity, 0);
}

/** Signed units of the position under this product. */
export function positioned(data: Portfolio, stock: Instrument, draft: Pick<Draft, "account" | "product">): number {
  const rows = data.positions.filter(
    (row) => `${row.exchange}:${row.symbol}` === stock.symbol && row.product === draft.product,
  );
  const lots = rows.flatMap((row) => row.lots).filter((lot) => mine(draft.account)(lot));
  return lots.reduce((sum, lot) => sum + lot.quantity, 0);
}

export const held = (data: Portfolio, stock: Instrument, draft: Pick<Draft, "account" | "product">): number =>
  positioned(data, stock, draft) +
  (draft.product === "CNC" || draft.product === "MTF" ? sellable(data, stock, draft) : 0);

export function usableMargin(data: Portfolio, account: string): money.Amount {
  return data.funds
    .filter(mine(account))
    .reduce((sum, line) => money.add(sum, money.parse(line.margin_available) ?? money.ZERO), money.ZERO);
}

/** How many units an order of this kind could be at most, and of what that is the measure. */
export function most(
  data: Portfolio,
  stock: Instrument,
  draft: Draft,
  eachNeeds: money.Amount | null,
): { units: number; of: "sellable" | "position" | "margin" } {
  const position = positioned(data, stock, draft);
  const closing = draft.side === "SELL" ? position : -position;
  if (closing > 0) return { units: closing, of: "position" };
  if (draft.side === "SELL" && (draft.product === "CNC" || draft.product === "MTF")) {
    return { units: sellable(data, stock, draft), of: "sellable" };
  }
  const free = usableMargin(data, draft.account);
  const each =
    eachNeeds ?? money.parse(draft.orderType === "MARKET" ? stock.last : draft.price) ?? money.parse(stock.last);
  return { units: each !== null && each > 0n ? Number(free / each) : 0, of: "margin" };
}
