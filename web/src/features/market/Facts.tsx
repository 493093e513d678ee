// The day of an instrument, live, and its terms.
import type { Kind, Quote, StockDetail } from "@/api";
import { Unknown } from "@/components/figures";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { timeOfDay } from "@/lib/time";
import { t } from "@/text";
import { type Tick, useTick } from "./prices";
import { placesOf } from "./ticks";

const isOption = (kind: Kind): boolean => kind === "CE" || kind === "PE";

function Fact({ label, wide, children }: { label: string; wide?: boolean; children: React.ReactNode }) {
  return (
    <div className={cx("flex h-7 items-center justify-between gap-2 border-b border-line", wide && "col-span-2")}>
      <dt className="text-xs whitespace-nowrap text-faint">{label}</dt>
      <dd className="min-w-0 truncate text-right">{children}</dd>
    </div>
  );
}

const told = (value: string): React.ReactNode => (value === "—" ? <Unknown reason={t("market:not_told")} /> : value);

/** The newer of what streams and what was read. */
function day(tick: Tick | undefined, quote: Quote | null) {
  return {
    open: tick?.open ?? quote?.open,
    high: tick?.high ?? quote?.high,
    low: tick?.low ?? quote?.low,
    close: tick?.prev_close ?? quote?.prev_close,
    volume: tick?.volume ?? quote?.volume,
    average: tick?.average_price ?? quote?.average_price,
    interest: tick?.open_interest ?? quote?.open_interest,
  };
}

/** Where the price stands between the day's low and high. */
function Range({ low, high, last }: { low?: string | null; high?: string | null; last?: string | null }) {
  const [from, to, at] = [money.parse(low), money.parse(high), money.parse(last)];
  if (from === null || to === null || at === null || to <= from) return null;
  const place = Math.min(
    100,
    Math.max(0, money.toPixels(money.percentOf(money.subtract(at, from), money.subtract(to, from)) ?? money.ZERO)),
  );
  return (
    <div className="mb-2 flex items-center gap-2 text-xs">
      <span>{money.price(low)}</span>
      <span className="relative h-1 flex-1 rounded-full bg-hover" title={t("market:day_range")}>
        <span className="absolute -top-1 h-3 w-0.5 bg-ink" style={{ left: `${place}%` }} />
      </span>
      <span>{money.price(high)}</span>
    </div>
  );
}

export function Facts({ stock }: { stock: StockDetail }) {
  const tick = useTick(stock.symbol, "quote");
  const { quote } = stock;
  const now = day(tick, quote);
  const places = placesOf(stock.tick);
  const price = (value: string | null | undefined) => told(money.price(value, places));
  const at = tick?.timestamp ?? quote?.as_of ?? stock.price_as_of;
  const traded = stock.kind !== "IDX"; // an index is computed: nothing of it is traded
  return (
    <>
      <Range low={now.low} high={now.high} last={tick?.ltp ?? stock.last_price} />
      <dl className="grid grid-cols-2 gap-x-4">
        <Fact label={t("market:day.open")}>{price(now.open)}</Fact>
        <Fact label={t("market:day.prev_close")}>{price(now.close)}</Fact>
        <Fact label={t("market:day.high")}>{price(now.high)}</Fact>
        <Fact label={t("market:day.low")}>{price(now.low)}</Fact>
        {traded && (
          <>
            <Fact label={t("market:day.volume")}>{told(money.quantity(now.volume))}</Fact>
            <Fact label={t("market:day.average")}>{price(now.average)}</Fact>
          </>
        )}
        {stock.expiry && <Fact label={t("market:day.open_interest")}>{told(money.quantity(now.interest))}</Fact>}
        {stock.expiry && <Fact label={t("market:terms.expiry")}>{stock.expiry}</Fact>}
        {isOption(stock.kind) && <Fact label={t("market:terms.strike")}>{price(stock.strike)}</Fact>}
        {traded && <Fact label={t("market:terms.lot")}>{money.quantity(stock.lot)}</Fact>}
        {traded && <Fact label={t("market:terms.tick")}>{money.price(stock.tick, places)}</Fact>}
        {stock.freeze !== null && <Fact label={t("market:terms.freeze")}>{money.quantity(stock.freeze)}</Fact>}
        {traded && (
          <Fact label={t("market:day.circuits")} wide>
            {quote?.lower_circuit && quote.upper_circuit ? (
              t("market:day.between", {
                low: money.price(quote.lower_circuit, places),
                high: money.price(quote.upper_circuit, places),
              })
            ) : (
              <Unknown reason={t("market:not_told")} />
            )}
          </Fact>
        )}
        <Fact label={t("market:day.last_trade")} wide>
          {at ? t("market:ist", { time: timeOfDay(at) }) : <Unknown reason={t("market:not_told")} />}
        </Fact>
        {stock.isin && (
          <Fact label={t("market:terms.isin")} wide>
            {stock.isin}
          </Fact>
        )}
      </dl>
    </>
  );
}
