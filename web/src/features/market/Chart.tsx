// Candles and volume of one instrument, following the ticks; drawn by lightweight-charts, loaded only here.
import {
  CandlestickSeries,
  createChart,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from "lightweight-charts";
import { useEffect, useRef } from "react";
import { type Candle, inWords, problemOf, useGetHistoryQuery } from "@/api";
import * as money from "@/lib/money";
import { usePrefs } from "@/lib/prefs";
import { beginning, type Interval } from "./candleTime";
import { useTick } from "./prices";

// The chart knows no time zones: times are moved by the IST offset, so that its axis reads IST.
const IST = 19_800;
const BAR_WIDTH = 8;
const istSeconds = (time: string): number => Math.floor(Date.parse(time) / 1000) + IST;

const pixels = (text: string): number => money.toPixels(money.parse(text) ?? money.ZERO);

const grouped = (value: number): string => money.price(value.toFixed(2));

interface Bar {
  time: UTCTimestamp;
  open: number;
  high: number;
  low: number;
  close: number;
}

const bar = (candle: Candle): Bar => ({
  time: istSeconds(candle.time) as UTCTimestamp,
  open: pixels(candle.open),
  high: pixels(candle.high),
  low: pixels(candle.low),
  close: pixels(candle.close),
});

interface Drawn {
  chart: IChartApi;
  candles: ISeriesApi<"Candlestick">;
  volume: ISeriesApi<"Histogram">;
  last: Bar | null;
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    gain: token("--gain"),
    loss: token("--loss"),
    ground: token("--ground"),
    line: token("--line"),
    edge: token("--edge"),
    faint: token("--faint"),
  };
}

function dress({ chart, candles, volume }: Drawn): void {
  const { gain, loss, ground, line, edge, faint } = colours();
  chart.applyOptions({
    layout: { background: { color: ground }, textColor: faint, fontFamily: "Inter Variable", fontSize: 11 },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    rightPriceScale: { borderColor: edge },
    timeScale: { borderColor: edge, timeVisible: true },
  });
  candles.applyOptions({
    upColor: gain,
    downColor: loss,
    wickUpColor: gain,
    wickDownColor: loss,
    borderVisible: false,
  });
  volume.applyOptions({ color: edge });
}

export function Chart({ symbol, interval }: { symbol: string; interval: Interval }) {
  const holder = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const { theme, palette } = usePrefs();
  const { data, error } = useGetHistoryQuery({ symbol, interval }, { refetchOnMountOrArgChange: true });
  const tick = useTick(symbol);

  useEffect(() => {
    if (!holder.current) return;
    const chart = createChart(holder.current, {
      autoSize: true,
      localization: { locale: "en-IN", priceFormatter: grouped },
    });
    const candles = chart.addSeries(CandlestickSeries);
    const volume = chart.addSeries(HistogramSeries, {
      priceScaleId: "volume",
      priceFormat: { type: "volume" },
      priceLineVisible: false,
      lastValueVisible: false,
    });
    chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.85, bottom: 0 } });
    drawn.current = { chart, candles, volume, last: null };
    dress(drawn.current);
    return () => {
      drawn.current = null;
      chart.remove();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the look changes with these two
  useEffect(() => {
    if (drawn.current) dress(drawn.current);
  }, [theme, palette]);

  useEffect(() => {
    const now = drawn.current;
    if (!now || !data) return;
    const bars = data.candles.map(bar);
    now.candles.setData(bars);
    now.volume.setData(
      data.candles.map((candle) => ({ time: istSeconds(candle.time) as UTCTimestamp, value: candle.volume ?? 0 })),
    );
    now.last = bars.at(-1) ?? null;
    const shown = (holder.current?.clientWidth ?? 900) / BAR_WIDTH;
    now.chart.timeScale().setVisibleLogicalRange({ from: Math.max(0, bars.length - shown), to: bars.length + 2 });
  }, [data]);

  useEffect(() => {
    const now = drawn.current;
    if (!now || !tick || !data) return;
    const price = pixels(tick.ltp);
    const time = beginning(istSeconds(tick.timestamp), now.last?.time ?? null, interval) as UTCTimestamp;
    if (now.last && time < now.last.time) return;
    const grown =
      now.last?.time === time
        ? { ...now.last, high: Math.max(now.last.high, price), low: Math.min(now.last.low, price), close: price }
        : { time, open: price, high: price, low: price, close: price };
    now.last = grown;
    now.candles.update(grown);
  }, [tick, data, interval]);

  const few = data && data.candles.length < 2;
  const gap = data?.gaps.at(-1);
  const words = error
    ? inWords(problemOf(error))
    : gap
      ? `${gap.words} What formed here is shown.`
      : few
        ? "Candles form from the live prices as they come."
        : null;
  return (
    <div className="relative">
      <div ref={holder} className="h-[max(420px,calc(100dvh-174px))] w-full max-md:h-[300px]" />
      {words && (
        <p role="status" className="absolute inset-x-4 top-2 text-xs text-faint">
          {words}
        </p>
      )}
    </div>
  );
}
