// Five bids left, five offers right, totals below; a click on a level fills the price where one is asked for.
import type { DepthLevel, Quote } from "@/api";
import { Age } from "@/components/figures";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";

interface SideProps {
  levels: readonly DepthLevel[];
  side: "bid" | "ask";
  most: number;
  onPrice?: (price: string) => void;
  /** False beside a form: the price can be typed there, and ten more stops would stand before its button. */
  tabStops?: boolean;
}

const ROWS = [0, 1, 2, 3, 4];

function Levels({ levels, side, most, onPrice, tabStops = true }: SideProps) {
  const tone = side === "bid" ? "text-buy-text" : "text-sell-text";
  const tint = side === "bid" ? "bg-buy-tint" : "bg-sell-tint";
  return (
    <table className="w-full table-fixed text-xs" aria-label={side === "bid" ? "Bids" : "Offers"}>
      <thead>
        <tr className="text-faint">
          <th scope="col" className={cx("h-6 font-normal", side === "bid" ? "text-left" : "text-right")}>
            {side === "bid" ? "Qty" : "Offer"}
          </th>
          <th scope="col" className="text-right font-normal">
            {side === "bid" ? "Bid" : "Qty"}
          </th>
        </tr>
      </thead>
      <tbody>
        {ROWS.map((row) => {
          const level = levels[row];
          const width = level && most > 0 ? `${Math.round((level.quantity / most) * 100)}%` : "0";
          const price = level ? (
            onPrice ? (
              <button
                type="button"
                tabIndex={tabStops ? undefined : -1}
                className={cx("hover:underline max-md:h-11 max-md:px-3 max-md:-mx-3", tone)}
                aria-label={`Use the price ${money.price(level.price)}`}
                onClick={() => onPrice(level.price)}
              >
                {money.price(level.price)}
              </button>
            ) : (
              <span className={tone}>{money.price(level.price)}</span>
            )
          ) : (
            <span className="text-faint">—</span>
          );
          const count = level ? money.quantity(level.quantity) : "—";
          return (
            <tr key={row} className="relative">
              <td className={cx("relative h-6", onPrice && "max-md:h-11", side === "bid" ? "text-left" : "text-right")}>
                <span
                  aria-hidden="true"
                  className={cx("absolute inset-y-px", tint, side === "bid" ? "left-0" : "right-0 hidden")}
                  style={{ width }}
                />
                <span className="relative">{side === "bid" ? count : price}</span>
              </td>
              <td className="relative text-right">
                {side === "ask" && (
                  <span aria-hidden="true" className={cx("absolute inset-y-px right-0", tint)} style={{ width }} />
                )}
                <span className="relative">{side === "bid" ? price : count}</span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const total = (levels: readonly DepthLevel[]): number => levels.reduce((sum, level) => sum + level.quantity, 0);

interface DepthProps extends Pick<SideProps, "onPrice" | "tabStops"> {
  quote: Quote | null | undefined;
}

export function Depth({ quote, onPrice, tabStops }: DepthProps) {
  const depth = quote?.depth;
  if (!depth) return <p className="py-2 text-xs text-faint">No depth: no connected broker is giving it now.</p>;
  const bids = depth.bids.slice(0, 5);
  const asks = depth.asks.slice(0, 5);
  const most = Math.max(1, ...bids.map((level) => level.quantity), ...asks.map((level) => level.quantity));
  return (
    <div>
      <div className="grid grid-cols-2 gap-4">
        <Levels levels={bids} side="bid" most={most} onPrice={onPrice} tabStops={tabStops} />
        <Levels levels={asks} side="ask" most={most} onPrice={onPrice} tabStops={tabStops} />
      </div>
      <p className="mt-1 flex justify-between border-t border-line pt-1 text-xs text-faint">
        <span>{money.quantity(total(bids))} bid</span>
        <Age at={quote?.as_of} />
        <span>{money.quantity(total(asks))} offered</span>
      </p>
    </div>
  );
}
