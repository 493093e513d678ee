// Five bids left, five offers right, totals below; a click on a level fills the price where one is asked for.
import type { DepthLevel, Quote } from "@/api";
import { Age } from "@/components/figures";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { t } from "@/text";
import { usePriceFeedState, useTick } from "./prices";

interface SideProps {
  levels: readonly DepthLevel[];
  side: "bid" | "ask";
  most: number;
  onPrice?: (price: string, side: "bid" | "ask") => void;
  /** False beside a form: the price can be typed there, and ten more stops would stand before its button. */
  tabStops?: boolean;
}

const ROWS = [0, 1, 2, 3, 4];

function Levels({ levels, side, most, onPrice, tabStops = true }: SideProps) {
  const tone = side === "bid" ? "text-buy-text" : "text-sell-text";
  const tint = side === "bid" ? "bg-buy-tint" : "bg-sell-tint";
  return (
    <table className="w-full table-fixed text-xs" aria-label={t(side === "bid" ? "market:bids" : "market:offers")}>
      <thead>
        <tr className="text-faint">
          <th scope="col" className={cx("h-6 font-normal", side === "bid" ? "text-left" : "text-left")}>
            {t(side === "bid" ? "market:quantity_short" : "market:offer")}
          </th>
          <th scope="col" className="text-right font-normal">
            {t(side === "bid" ? "market:bid" : "market:quantity_short")}
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
                aria-label={t("market:use_price", { price: money.price(level.price) })}
                onClick={() => onPrice(level.price, side)}
              >
                {money.price(level.price)}
              </button>
            ) : (
              <span className={tone}>{money.price(level.price)}</span>
            )
          ) : (
            <span className="text-faint">{t("market:none")}</span>
          );
          const count = level ? money.quantity(level.quantity) : t("market:none");
          return (
            <tr
              key={row}
              className="relative"
              title={level?.orders ? t("market:level_orders", { count: level.orders }) : undefined}
            >
              <td className={cx("relative h-6 text-left", onPrice && "max-md:h-11")}>
                {side === "bid" && (
                  <span aria-hidden="true" className={cx("absolute inset-y-px left-0", tint)} style={{ width }} />
                )}
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
  quote: Pick<Quote, "depth" | "as_of"> | null | undefined;
}

/** How the five levels lean: the share of what is bid of all that is bid and offered. */
function Balance({ bid, offered }: { bid: number; offered: number }) {
  const all = bid + offered;
  if (all === 0) return null;
  return (
    <div aria-hidden="true" className="mt-1.5 flex h-1 gap-px overflow-hidden rounded-full">
      <span className="bg-buy" style={{ width: `${(bid / all) * 100}%` }} />
      <span className="flex-1 bg-sell" />
    </div>
  );
}

export function Depth({ quote, onPrice, tabStops }: DepthProps) {
  const depth = quote?.depth;
  if (!depth) return <p className="py-2 text-xs text-faint">{t("market:no_depth")}</p>;
  const bids = depth.bids.slice(0, 5);
  const asks = depth.asks.slice(0, 5);
  const most = Math.max(1, ...bids.map((level) => level.quantity), ...asks.map((level) => level.quantity));
  const [bid, offered] = [total(bids), total(asks)];
  return (
    <div>
      <div className="grid grid-cols-2 gap-4">
        <Levels levels={bids} side="bid" most={most} onPrice={onPrice} tabStops={tabStops} />
        <Levels levels={asks} side="ask" most={most} onPrice={onPrice} tabStops={tabStops} />
      </div>
      <Balance bid={bid} offered={offered} />
      <p className="mt-1 flex justify-between text-xs text-faint">
        <span>{t("market:total_bid", { quantity: money.quantity(bid) })}</span>
        <Age at={quote?.as_of} />
        <span>{t("market:total_offered", { quantity: money.quantity(offered) })}</span>
      </p>
    </div>
  );
}

/** The depth as it changes; what was read before stands until the first change comes. */
export function LiveDepth({ symbol, quote, ...rest }: DepthProps & { symbol: string }) {
  const tick = useTick(symbol, "depth");
  const live = usePriceFeedState() === "live";
  const now = tick?.depth && tick.depth_as_of ? { depth: tick.depth, as_of: tick.depth_as_of } : quote;
  return (
    <div className={live ? "" : "opacity-60"}>
      <Depth quote={now} {...rest} />
    </div>
  );
}
