// One instrument: its price and depth, its candles, what one has of it, and the two buttons.
import { Bell, Star } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { Link, useLocation, useParams } from "react-router";
import { inWords, problemOf, type Quote, type StockDetail, useGetStockQuery } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { brokerName, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Age } from "@/components/figures";
import { Notice, Waiting } from "@/components/surface";
import { TabPanel, Tabs } from "@/components/tabs";
import { AlertSheet } from "@/features/alerts/AlertSheet";
import { AlertsOf } from "@/features/alerts/AlertsOf";
import { openTicket } from "@/features/ticket/state";
import { useWatching } from "@/features/watchlist/useWatchlists";
import { useTwoFingerTap } from "@/gestures";
import { cx } from "@/lib/classes";
import { useMedia } from "@/lib/hooks";
import { t } from "@/text";
import { LiveDepth } from "./Depth";
import { Facts } from "./Facts";
import { Owned } from "./Owned";
import { MoveCell, PriceCell } from "./PriceCell";
import { usePriceFeedState, useTick } from "./prices";
import { placesOf } from "./ticks";

const Chart = lazy(() => import("./chart/Chart").then((module) => ({ default: module.Chart })));

// Narrower than this the page shows one thing at a time.
const WIDE = "(min-width: 1024px)";
const READ_AGAIN = 15_000; // the stream tells prices; circuits and the rest are read

type View = "chart" | "depth" | "own";

export function InstrumentPage() {
  const { symbol = "" } = useParams();
  const {
    currentData: stock,
    error,
    refetch,
  } = useGetStockQuery({ symbol }, { pollingInterval: READ_AGAIN, skipPollingIfUnfocused: true });
  if (stock) return <Instrument key={stock.symbol} stock={stock} />;
  return error ? (
    <Notice
      tone="bad"
      className="m-4"
      action={
        <Button size="sm" onClick={() => void refetch()}>
          {t("common:retry")}
        </Button>
      }
    >
      {inWords(problemOf(error))}
    </Notice>
  ) : (
    <Waiting rows={10} />
  );
}

function Instrument({ stock }: { stock: StockDetail }) {
  const dispatch = useAppDispatch();
  const wide = useMedia(WIDE);
  const { hash } = useLocation();
  const tradable = stock.kind !== "IDX";
  const [view, setView] = useState<View>(hash === "#depth" && tradable ? "depth" : "chart");
  const [alerting, setAlerting] = useState(false);
  const page = useRef<HTMLDivElement>(null);
  useTwoFingerTap(page, () => setView((now) => (now === "chart" ? "depth" : "chart")), !wide && tradable);
  useEffect(() => {
    if (hash !== "#depth" || !tradable) return;
    setView("depth");
    document.getElementById("depth")?.scrollIntoView({ block: "center" });
  }, [hash, tradable]);
  const order = (side: "BUY" | "SELL", price?: string) =>
    dispatch(openTicket({ symbol: stock.symbol, side, ...(price ? { price } : {}) }));

  const chart = (
    <Suspense fallback={<Waiting rows={8} />}>
      <Chart stock={stock} className="h-[max(460px,calc(100dvh-150px))] max-lg:h-[max(320px,calc(100dvh-290px))]" />
    </Suspense>
  );
  const depth = (
    <div className="space-y-5">
      {tradable && (
        <section id="depth" aria-label={t("market:depth")}>
          <LiveDepth
            symbol={stock.symbol}
            quote={stock.quote}
            onPrice={(price, side) => order(side === "bid" ? "SELL" : "BUY", price)}
          />
        </section>
      )}
      <section aria-label={t("market:day_title")}>
        <Facts stock={stock} />
        <Links stock={stock} className="mt-2 md:hidden" />
      </section>
    </div>
  );
  const own = (
    <div className="space-y-5">
      <section aria-labelledby="own-title">
        <h2 id="own-title" className="mb-1 font-medium">
          {t("market:own.title")}
        </h2>
        <Owned stock={stock} />
      </section>
      <AlertsOf symbol={stock.symbol} onNew={() => setAlerting(true)} />
    </div>
  );
  return (
    <div ref={page} data-page-symbol={stock.symbol} className="max-md:pb-16">
      <Head stock={stock} onAlert={() => setAlerting(true)} onOrder={order} />
      {wide ? (
        <div className="grid grid-cols-[minmax(0,1fr)_320px] border-t border-line">
          <div className="min-w-0 border-r border-line">{chart}</div>
          <div className="flex flex-col gap-6 p-4">
            {depth}
            {own}
          </div>
        </div>
      ) : (
        <Tabs
          label={t("market:views.title")}
          value={view}
          onChange={setView}
          tabs={[
            { value: "chart", label: t("market:views.chart") },
            { value: "depth", label: t(tradable ? "market:views.depth" : "market:views.day") },
            { value: "own", label: t("market:views.own") },
          ]}
        >
          <TabPanel value="chart">{chart}</TabPanel>
          <TabPanel value="depth" className="p-4">
            {depth}
          </TabPanel>
          <TabPanel value="own" className="p-4">
            {own}
          </TabPanel>
        </Tabs>
      )}
      <AlertSheet open={alerting} onClose={() => setAlerting(false)} symbol={stock.symbol} />
    </div>
  );
}

interface HeadProps {
  stock: StockDetail;
  onAlert: () => void;
  onOrder: (side: "BUY" | "SELL") => void;
}

function Links({ stock, className }: { stock: StockDetail; className?: string }) {
  const link = "inline-flex min-h-6 items-center text-xs text-accent hover:underline max-md:min-h-11 max-md:text-sm";
  return (
    <span className={cx("flex gap-x-3", className)}>
      {stock.kind !== "IDX" && (
        <Link to={`/charges?i=${encodeURIComponent(stock.symbol)}`} className={link}>
          {t("market:what_it_costs")}
        </Link>
      )}
      <Link to={`/options/${encodeURIComponent(stock.underlying ?? stock.trading_symbol)}`} className={link}>
        {t("market:option_chain")}
      </Link>
    </span>
  );
}

function Head({ stock, onAlert, onOrder }: HeadProps) {
  const watching = useWatching();
  const watched = watching.watched(stock.symbol);
  const tradable = stock.kind !== "IDX";
  return (
    <div className="flex items-center gap-x-6 px-4 py-2.5 max-md:gap-x-2 max-md:py-1.5">
      <div className="min-w-0 max-md:flex-1">
        <h1 className="flex min-w-0 items-center gap-1.5 text-lg font-semibold max-md:gap-1 max-md:text-base">
          <span className="truncate">{stock.trading_symbol}</span> <Tag>{stock.exchange}</Tag>
          <Button
            look="ghost"
            size="icon"
            aria-pressed={watched}
            aria-label={watched ? t("market:unwatch") : t("market:watch")}
            onClick={() => watching.toggle(stock.symbol)}
          >
            <Star className="size-4" fill={watched ? "currentColor" : "none"} aria-hidden="true" />
          </Button>
          <Button
            look="ghost"
            size="icon"
            aria-label={t("market:alert_me")}
            title={t("market:alert_me")}
            onClick={onAlert}
          >
            <Bell className="size-4" aria-hidden="true" />
          </Button>
        </h1>
        <p className="flex items-center gap-x-3 text-quiet">
          <span className="truncate">{stock.name}</span>
          <Links stock={stock} className="shrink-0 max-md:hidden" />
        </p>
      </div>
      <div className="max-md:text-right md:mr-auto md:ml-4">
        <p className="flex items-baseline gap-2 max-md:flex-col max-md:items-end max-md:gap-0">
          <span className="text-2xl font-semibold max-md:text-xl">
            <PriceCell
              symbol={stock.symbol}
              fallback={stock.last_price}
              fallbackAt={stock.price_as_of}
              places={placesOf(stock.tick)}
            />
          </span>
          <span className="max-md:text-xs">
            <MoveCell symbol={stock.symbol} percent={stock.change_percent} change={stock.change} showChange />
          </span>
        </p>
        <FeedLine symbol={stock.symbol} quote={stock.quote} />
      </div>
      {tradable && (
        <div className="flex gap-2 max-md:fixed max-md:inset-x-0 max-md:bottom-[calc(56px+env(safe-area-inset-bottom))] max-md:z-10 max-md:border-t max-md:border-line max-md:bg-ground max-md:p-2">
          <Button look="buy" size="lg" className="w-24 max-md:flex-1" onClick={() => onOrder("BUY")}>
            {t("common:buy")}
          </Button>
          <Button look="sell" size="lg" className="w-24 max-md:flex-1" onClick={() => onOrder("SELL")}>
            {t("common:sell")}
          </Button>
        </div>
      )}
    </div>
  );
}

function FeedLine({ symbol, quote }: { symbol: string; quote: Quote | null }) {
  const tick = useTick(symbol);
  const live = usePriceFeedState() === "live";
  const source = tick?.source ?? quote?.source;
  return (
    <span className="text-xs">
      <Age at={tick?.timestamp ?? quote?.as_of} fresh={live ? 5 : -1} />
      {source && <span className="text-faint"> {t("market:from_broker", { broker: brokerName(source) })}</span>}
    </span>
  );
}
