// 25, 50 and 100 %: of what can be sold, or of what the usable margin buys.
import { useGetPortfolioQuery } from "@/api";
import * as money from "@/lib/money";
import { type Draft, partOf } from "./draft";
import type { Instrument } from "./useDraft";

interface Props {
  draft: Draft;
  stock: Instrument;
  onPick: (quantity: string) => void;
}

export function QuantityShortcuts({ draft, stock, onPick }: Props) {
  const { data } = useGetPortfolioQuery();
  if (!data) return null;
  const mine = <T extends { account: string }>(line: T) => draft.account === "auto" || line.account === draft.account;

  let whole = 0;
  if (draft.side === "SELL") {
    const holding = data.holdings.find((row) => row.isin && row.isin === stock.isin);
    // Shares on the broker's money are sold under their own product only, and own ones never under it.
    const product = draft.product === "MTF" ? "MTF" : "CNC";
    const lots = holding?.lots.filter((lot) => mine(lot) && lot.product === product) ?? [];
    whole = lots.reduce((sum, lot) => sum + lot.sellable_quantity, 0);
  } else {
    const price = money.parse(draft.orderType === "MARKET" ? stock.last : draft.price) ?? money.parse(stock.last);
    const free = data.funds
      .filter(mine)
      .reduce((sum, line) => money.add(sum, money.parse(line.margin_available) ?? money.ZERO), money.ZERO);
    whole = price !== null && price > 0n ? Number(free / price) : 0;
  }
  if (whole < stock.lot) return null;
  const of = draft.side === "SELL" ? `of ${money.quantity(whole)} sellable` : "of usable margin";
  return (
    <span className="flex gap-2">
      {[25, 50, 100].map((part) => (
        <button
          key={part}
          type="button"
          tabIndex={-1}
          title={`${part}% ${of}`}
          className="text-2xs text-faint hover:text-ink max-md:-my-3.5 max-md:min-h-11 max-md:min-w-11 max-md:text-xs"
          onClick={() => onPick(partOf(whole, part, stock.lot))}
        >
          {part}%
        </button>
      ))}
    </span>
  );
}
