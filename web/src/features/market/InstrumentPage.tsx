// One instrument: its price and depth, its candles, what one holds of it, and the two buttons.
import { Star } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { Link, useLocation, useParams } from "react-router";
import { inWords, problemOf, type Quote, type StockDetail, useGetPortfolioQuery, useGetStockQuery } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { BrokerBadge, brokerName, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Segmented } from "@/components/field";
import { Age } from "@/components/figures";
import { Notice, Waiting } from "@/components/surface";
import { openTicket } from "@/features/ticket/state";
import { useWatching } from "@/features/watchlist/useWatchlists";
import * as money from "@/lib/money";
import type { Interval } from "./candleTime";
import { Depth } from "./Depth";
import { MoveCell, PriceCell } from "./PriceCell";
import { useTick } from "./prices";

const Chart = lazy(() => import("./Chart").then((module) => ({ default: module.Chart })));

const intervals = [
  { value: "1m", label: "1m" },
  { value: "5m", label: "5m" },
  { value: "15m", label: "15m" },
  { value: "1h", label: "1h" },
  { value: "1d", label: "1D" },
] as const;

function Facts({ stock }: { stock: StockDetail }) {
  const { quote } = stock;
  const price = (value: string | null | undefined) => money.price(value);
  const facts: [string, string][] = [
    ["Open", price(quote?.open)],
    ["High", price(quote?.high)],
    ["Low", price(quote?.low)],
    ["Previous close", price(quote?.prev_close)],
    // An index is computed: nothing of it is traded.
    ...(stock.kind === "IDX"
      ? []
      : ([
          ["Volume", money.quantity(quote?.volume)],
          ["Lot", money.quantity(stock.lot)],
          ["Tick", price(stock.tick)],
        ] as [string, string][])),
    ...(stock.freeze ? ([["Freeze quantity", money.quantity(stock.freeze)]] as [string, string][]) : []),
    ...(stock.strike ? ([["Strike", price(stock.strike)]] as [string, string][]) : []),
    ...(stock.expiry ? ([["Expiry", stock.expiry]] as [string, string][]) : []),
    ...(stock.isin ? ([["ISIN", stock.isin]] as [string, string][]) : []),
  ];
  return (
    <dl>
      {facts.map(([label, value]) => (
        <div key={label} className="flex h-7 items-center justify-between border-b border-line">
          <dt className="text-xs text-faint">{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Owned({ stock }: { stock: StockDetail }) {
  const { data } = useGetPortfolioQuery();
  const holding = data?.holdings.find((row) => row.isin && row.isin === stock.isin);
  if (!holding) return null;
  return (
    <section>
      <h2 className="mb-1 text-xs text-faint">You hold {money.quantity(holding.quantity)}</h2>
      <ul>
        {holding.lots.map((lot) => (
          <li key={lot.account} className="flex h-7 items-center justify-between border-b border-line">
            <BrokerBadge broker={lot.broker} stale={lot.stale} named />
            <span className={lot.stale ? "text-stale" : ""}>
              {money.quantity(lot.quantity)} <span className="text-faint">at {money.price(lot.average_price)}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function FeedLine({ symbol, quote }: { symbol: string; quote: Quote | null }) {
  const tick = useTick(symbol);
  const source = tick?.source ?? quote?.source;
  return (
    <span className="text-xs">
      <Age at={tick?.timestamp ?? quote?.as_of} />
      {source && <span className="text-faint"> · from {brokerName(source)}</span>}
    </span>
  );
}

export function InstrumentPage() {
  const { symbol = "" } = useParams();
  const dispatch = useAppDispatch();
  const { hash } = useLocation();
  const watching = useWatching();
  const [interval, setInterval] = useState<Interval>("5m");
  const { data: stock, error } = useGetStockQuery({ symbol }, { pollingInterval: 2000, skipPollingIfUnfocused: true });
  const ready = Boolean(stock);
  useEffect(() => {
    if (ready && hash === "#depth") document.getElementById("depth")?.scrollIntoView({ block: "center" });
  }, [ready, hash]);

  if (!stock) {
    return error ? (
      <Notice tone="bad" className="m-4">
        {inWords(problemOf(error))}
      </Notice>
    ) : (
      <Waiting rows={10} />
    );
  }
  const watched = watching.watched(stock.symbol);
  const tradable = stock.kind !== "IDX";
  return (
    <div data-page-symbol={stock.symbol}>
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3 px-4 pt-3 pb-3">
        <div>
          <h1 className="flex items-center gap-2 text-lg font-semibold">
            {stock.trading_symbol} <Tag>{stock.exchange}</Tag>
            <Button
              look="ghost"
              size="icon"
              aria-pressed={watched}
              aria-label={watched ? "Remove from the watchlist" : "Add to the watchlist"}
              onClick={() => watching.toggle(stock.symbol)}
            >
              <Star className="size-4" fill={watched ? "currentColor" : "none"} />
            </Button>
          </h1>
          <p className="text-quiet">
            {stock.name}
            {tradable && (
              <Link
                to={`/charges?i=${encodeURIComponent(stock.symbol)}`}
                className="ml-2 text-xs text-accent hover:underline max-md:inline-flex max-md:min-h-11 max-md:items-center"
              >
                What it costs
              </Link>
            )}
          </p>
        </div>
        <div className="md:mr-auto md:ml-6">
          <p className="flex items-baseline gap-2">
            <span className="text-2xl font-semibold">
              <PriceCell symbol={stock.symbol} fallback={stock.last_price} fallbackAt={stock.price_as_of} />
            </span>
            <MoveCell symbol={stock.symbol} percent={stock.change_percent} change={stock.change} showChange />
          </p>
          <FeedLine symbol={stock.symbol} quote={stock.quote} />
        </div>
        {tradable && (
          <div className="flex gap-2 max-md:w-full">
            <Button
              look="buy"
              size="lg"
              className="w-28 max-md:flex-1"
              onClick={() => dispatch(openTicket({ symbol: stock.symbol, side: "BUY" }))}
            >
              Buy
            </Button>
            <Button
              look="sell"
              size="lg"
              className="w-28 max-md:flex-1"
              onClick={() => dispatch(openTicket({ symbol: stock.symbol, side: "SELL" }))}
            >
              Sell
            </Button>
          </div>
        )}
      </div>
      <div className="grid border-t border-line xl:grid-cols-[minmax(0,1fr)_340px]">
        <section aria-label="Chart" className="min-w-0 xl:border-r xl:border-line">
          <div className="flex h-11 items-center px-4 max-md:h-14">
            <div className="w-64">
              <Segmented label="Interval" hideLabel value={interval} choices={intervals} onChange={setInterval} />
            </div>
          </div>
          <Suspense fallback={<Waiting rows={8} />}>
            <Chart key={`${stock.symbol} ${interval}`} symbol={stock.symbol} interval={interval} />
          </Suspense>
        </section>
        <div className="flex flex-col gap-5 p-4 max-xl:border-t max-xl:border-line">
          {tradable && (
            <section id="depth" aria-label="Depth">
              <Depth
                quote={stock.quote}
                onPrice={(price) => dispatch(openTicket({ symbol: stock.symbol, side: "BUY", price }))}
              />
            </section>
          )}
          <Owned stock={stock} />
          <Facts stock={stock} />
        </div>
      </div>
    </div>
  );
}
