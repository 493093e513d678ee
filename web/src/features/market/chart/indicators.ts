// The few indicators of the chart, as one number a bar; null where there is none yet. For drawing only.

import type { Interval } from "@/api";
import type { Bar } from "./bars";
import { isIntraday, midnight } from "./candleTime";

export type Line = (number | null)[];

/** The plain mean of the last `length` closes. */
export function sma(values: readonly number[], length: number): Line {
  let sum = 0;
  return values.map((value, at) => {
    sum += value - (at >= length ? (values[at - length] as number) : 0);
    return at + 1 < length ? null : sum / length;
  });
}

/** The mean in which each bar weighs 2/(length+1); it begins as the plain mean of the first `length`. */
export function ema(values: readonly number[], length: number): Line {
  const weight = 2 / (length + 1);
  let last: number | null = null;
  const first = sma(values, length);
  return values.map((value, at) => {
    last = last === null ? (first[at] ?? null) : last + (value - last) * weight;
    return last;
  });
}

/** The plain mean, and two standard deviations (of the whole, not of a sample) on both sides. */
export function bollinger(
  values: readonly number[],
  length: number,
  wide = 2,
): { middle: Line; upper: Line; lower: Line } {
  const middle = sma(values, length);
  const spread = middle.map((mean, at) => {
    if (mean === null) return null;
    let sum = 0;
    for (let back = at - length + 1; back <= at; back += 1) sum += ((values[back] as number) - mean) ** 2;
    return wide * Math.sqrt(sum / length);
  });
  const moved = (sign: number): Line =>
    middle.map((mean, at) => (mean === null ? null : mean + sign * (spread[at] as number)));
  return { middle, upper: moved(1), lower: moved(-1) };
}

/** The mean price of what was traded since the day began; nothing where no volume is told, nor of days and longer. */
export function vwap(bars: readonly Bar[], interval: Interval): Line {
  if (!isIntraday(interval)) return bars.map(() => null);
  let [day, value, volume] = [-1, 0, 0];
  return bars.map((bar) => {
    if (midnight(bar.time) !== day) [day, value, volume] = [midnight(bar.time), 0, 0];
    value += ((bar.high + bar.low + bar.close) / 3) * (bar.volume ?? 0);
    volume += bar.volume ?? 0;
    return volume > 0 ? value / volume : null;
  });
}

/** Wilder's relative strength, 0 to 100. */
export function rsi(values: readonly number[], length: number): Line {
  let [gain, loss] = [0, 0];
  return values.map((value, at) => {
    if (at === 0) return null;
    const change = value - (values[at - 1] as number);
    const [up, down] = [Math.max(change, 0), Math.max(-change, 0)];
    if (at <= length) {
      gain += up / length;
      loss += down / length;
      if (at < length) return null;
    } else {
      gain = (gain * (length - 1) + up) / length;
      loss = (loss * (length - 1) + down) / length;
    }
    return loss === 0 ? (gain === 0 ? 50 : 100) : 100 - 100 / (1 + gain / loss);
  });
}
