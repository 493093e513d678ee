// Candles of one instrument, following the ticks, with one's own trades, orders and average; loaded only where it is shown.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type StockDetail, useGetPortfolioQuery, useListOrdersQuery } from "@/api";
import { useListTradesQuery } from "@/api/past";
import { Button } from "@/components/button";
import { Waiting } from "@/components/surface";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { usePrefs } from "@/lib/prefs";
import { t } from "@/text";
import { followTick } from "../prices";
import { placesOf } from "../ticks";
import { BarsTable } from "./BarsTable";
import { grown, pixels } from "./bars";
import { istSeconds } from "./candleTime";
import { Drawing } from "./drawing";
import { Legend } from "./Legend";
import { linesOfOrders, OrderLines } from "./OrderLines";
import { ChartTools, useChartChoice } from "./Tools";
import { useBars } from "./useBars";

/** Calls that come with every redraw, counted, for what lies over the chart. */
function useRedraws() {
  return useMemo(() => {
    const listeners = new Set<() => void>();
    let [turn, frame] = [0, 0];
    return {
      tell: () => {
        if (frame !== 0) return;
        frame = requestAnimationFrame(() => {
          frame = 0;
          turn += 1;
          for (const told of listeners) told();
        });
      },
      count: () => turn,
      subscribe: (told: () => void) => {
        listeners.add(told);
        return () => listeners.delete(told);
      },
    };
  }, []);
}

/** What one's own units of it cost in the mean, over all brokers; null without any. */
function useAverage(stock: StockDetail): { price: string; quantity: number } | null {
  const { data } = useGetPortfolioQuery();
  const position = data?.positions.find(
    (row) => row.exchange === stock.exchange && row.symbol === stock.trading_symbol && row.quantity !== 0,
  );
  const own = position ?? (stock.isin ? data?.holdings.find((row) => row.isin === stock.isin) : undefined);
  return own?.average_price ? { price: own.average_price, quantity: own.quantity } : null;
}

export function Chart({ stock, className }: { stock: StockDetail; className?: string }) {
  const chosen = useChartChoice();
  const [table, setTable] = useState(false);
  const [full, setFull] = useState(false);
  useEffect(() => {
    if (!full) return;
    const leave = (event: KeyboardEvent) => event.key === "Escape" && setFull(false);
    document.addEventListener("keydown", leave);
    return () => document.removeEventListener("keydown", leave);
  }, [full]);
  return (
    <section
      aria-label={t("market:chart_of", { symbol: stock.trading_symbol })}
      className={cx("flex min-w-0 flex-col bg-ground", full ? "fixed inset-0 z-30" : className)}
    >
      <ChartTools
        chosen={chosen}
        table={table}
        onTable={() => setTable(!table)}
        full={full}
        onFull={() => setFull(!full)}
      />
      <Canvas stock={stock} table={table} {...chosen} />
    </section>
  );
}

type CanvasProps = { stock: StockDetail; table: boolean } & ReturnType<typeof useChartChoice>;

function Canvas({ stock, table, interval, indicators, scale }: CanvasProps) {
  const holder = useRef<HTMLDivElement>(null);
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const { theme, palette } = usePrefs();
  const redraws = useRedraws();
  const { bars, waiting, words, failed, retry, older } = useBars(stock.symbol, interval);
  const places = placesOf(stock.tick);
  const look = useRef(older);
  look.current = older;

  useEffect(() => {
    if (!holder.current) return;
    const made = new Drawing(holder.current, places, redraws.tell, () => look.current());
    setDrawing(made);
    return () => {
      setDrawing(null);
      made.remove();
    };
  }, [places, redraws]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the look changes with these two
  useEffect(() => drawing?.dress(), [drawing, theme, palette]);
  const names = indicators.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: names stands for the contents of indicators
  useEffect(() => drawing?.setIndicators(indicators), [drawing, names]);
  useEffect(() => drawing?.setScale(scale), [drawing, scale]);

  const shown = useRef("");
  useEffect(() => {
    if (!drawing || !bars) return;
    const what = `${stock.symbol} ${interval}`;
    drawing.setBars([...bars], interval, shown.current !== what);
    shown.current = what;
  }, [drawing, bars, stock.symbol, interval]);

  useLastBar(drawing, stock.symbol, interval, bars !== null);
  useOwnTrades(drawing, stock.symbol);
  const average = useAverage(stock);
  const averagePrice = average?.price ?? null;
  const averageOf = average?.quantity ?? 0;
  useEffect(() => {
    const title = t("market:average_line", { quantity: money.quantity(averageOf) });
    drawing?.setAverage(averagePrice === null ? null : pixels(averagePrice), title);
  }, [drawing, averagePrice, averageOf]);

  const { data: orders } = useListOrdersQuery({ status: "open" });
  const lines = linesOfOrders(orders?.items ?? [], stock.exchange, stock.trading_symbol);
  const caption = t("market:table.caption", {
    symbol: stock.trading_symbol,
    interval: t(`market:intervals.${interval}`),
  });
  const note = words ?? (bars && bars.length < 2 ? t("market:candles_form") : null);
  return (
    <div className="relative min-h-0 flex-1">
      <div ref={holder} aria-hidden={table} className={cx("absolute inset-0", (table || failed) && "invisible")} />
      {drawing && bars && !table && (
        <>
          <Legend drawing={drawing} beat={bars} />
          <OrderLines drawing={drawing} redraws={redraws} lines={lines} tick={stock.tick} />
        </>
      )}
      {drawing && bars && table && (
        <div className="absolute inset-0 bg-ground">
          <BarsTable
            bars={drawing.bars}
            caption={caption}
            timeWords={(time) => drawing.timeWords(time as never)}
            priceWords={(value) => drawing.priceWords(value)}
          />
        </div>
      )}
      {waiting && (
        <div className="absolute inset-0 bg-ground">
          <Waiting rows={8} />
        </div>
      )}
      {note && (
        <div role="status" className="absolute inset-x-3 top-7 z-3 flex items-center gap-2 text-xs text-faint">
          <span className="rounded-sm bg-panel px-1.5 py-0.5">{note}</span>
          {failed && (
            <Button size="sm" onClick={retry}>
              {t("common:retry")}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

/** Grows the last bar with the ticks, or begins the next. */
function useLastBar(
  drawing: Drawing | null,
  symbol: string,
  interval: ReturnType<typeof useChartChoice>["interval"],
  ready: boolean,
): void {
  const volume = useRef<number | null>(null);
  const take = useCallback(
    (tick: Parameters<Parameters<typeof followTick>[2]>[0]) => {
      if (!drawing) return;
      const traded = tick.volume == null || volume.current === null ? null : Math.max(0, tick.volume - volume.current);
      volume.current = tick.volume ?? volume.current;
      const last = drawing.bars.at(-1) ?? null;
      const next = grown(last, pixels(tick.ltp), istSeconds(tick.timestamp), interval, traded);
      if (next) drawing.update(next);
    },
    [drawing, interval],
  );
  useEffect(() => {
    volume.current = null;
    return ready ? followTick(symbol, "quote", take) : undefined;
  }, [symbol, ready, take]);
}

function useOwnTrades(drawing: Drawing | null, symbol: string): void {
  const { data } = useListTradesQuery({ instrument: symbol, limit: 200 });
  useEffect(() => {
    const marks = data?.items.map((trade) => ({
      time: istSeconds(trade.at),
      side: trade.side,
      text: money.quantity(trade.quantity),
    }));
    drawing?.setMarks(marks ?? []);
  }, [drawing, data]);
}
