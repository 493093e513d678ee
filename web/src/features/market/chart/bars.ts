// Candles as the chart draws them: times moved to IST, prices as pixels' numbers. For drawing only, never for money.
import type { UTCTimestamp } from "lightweight-charts";
import type { Candle, Interval } from "@/api";
import * as money from "@/lib/money";
import { beginning, istSeconds, midnight } from "./candleTime";

export interface Bar {
  time: UTCTimestamp;
  open: number;
  high: number;
  low: number;
  close: number;
  /** Null where nobody tells one, such as of an index. */
  volume: number | null;
}

export const pixels = (text: string): number => money.toPixels(money.parse(text) ?? money.ZERO);

export const barOf = (candle: Candle): Bar => ({
  time: istSeconds(candle.time) as UTCTimestamp,
  open: pixels(candle.open),
  high: pixels(candle.high),
  low: pixels(candle.low),
  close: pixels(candle.close),
  volume: candle.volume,
});

/** Older bars before those that are shown; what both have is the newer's. */
export function before(older: readonly Bar[], shown: readonly Bar[]): Bar[] {
  const first = shown[0];
  return first ? [...older.filter((bar) => bar.time < first.time), ...shown] : [...older];
}

/** The last bar with a price in it, or the next one that it begins; null for a price of a time before. */
export function grown(
  last: Bar | null,
  price: number,
  moment: number,
  interval: Interval,
  traded: number | null,
): Bar | null {
  const time = beginning(moment, last?.time ?? null, interval) as UTCTimestamp;
  if (last && time < last.time) return null;
  if (last?.time !== time) return { time, open: price, high: price, low: price, close: price, volume: traded };
  const volume = traded === null ? last.volume : (last.volume ?? 0) + traded;
  return { ...last, high: Math.max(last.high, price), low: Math.min(last.low, price), close: price, volume };
}

/** Where a trading day begins: the first bar of each but the first. */
export function dayEdges(bars: readonly Bar[]): UTCTimestamp[] {
  return bars.flatMap((bar, at) => {
    const previous = bars[at - 1];
    return previous && midnight(previous.time) !== midnight(bar.time) ? [bar.time] : [];
  });
}

/** The bar in which a moment lies; null before the first. */
export function barAt(bars: readonly Bar[], moment: number): Bar | null {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle] as Bar).time <= moment) low = middle + 1;
    else high = middle;
  }
  return bars[low - 1] ?? null;
}
