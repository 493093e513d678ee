// Which candle a moment belongs to. Times are in seconds, moved to IST, as the chart counts them.
import type { Interval } from "@/api";

export const intervals = ["1m", "3m", "5m", "10m", "15m", "30m", "1h", "1d", "1w", "1mo"] as const satisfies Interval[];

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const OPENING = 9.25 * HOUR; // intraday candles count from 09:15, so that hours begin at a quarter past

const spans: Record<Interval, number> = {
  "1m": MINUTE,
  "3m": 3 * MINUTE,
  "5m": 5 * MINUTE,
  "10m": 10 * MINUTE,
  "15m": 15 * MINUTE,
  "30m": 30 * MINUTE,
  "1h": HOUR,
  "1d": DAY,
  "1w": 7 * DAY,
  "1mo": 31 * DAY,
};

export const isIntraday = (interval: Interval): boolean => spans[interval] < DAY;

// The chart knows no time zones: times are moved by the IST offset, so that its axis reads IST.
const IST = 19_800;
export const istSeconds = (time: string | number): number => Math.floor(new Date(time).getTime() / 1000) + IST;
export const fromIst = (seconds: number): Date => new Date((seconds - IST) * 1000);

export const midnight = (moment: number): number => Math.floor(moment / DAY) * DAY;

/** The beginning of the candle: as many whole ones after the last that is known of that day, else from the opening. */
export function beginning(moment: number, last: number | null, interval: Interval): number {
  const day = midnight(moment);
  if (interval === "1d") return day;
  if (interval === "1w") return day - ((new Date(day * 1000).getUTCDay() + 6) % 7) * DAY; // from Monday
  if (interval === "1mo") return day - (new Date(day * 1000).getUTCDate() - 1) * DAY;
  const from = last !== null && last >= day && last <= moment ? last : day + OPENING;
  return from + Math.floor((moment - from) / spans[interval]) * spans[interval];
}

/** How far back the next page of older candles reaches, in milliseconds: some screens full. */
export function page(interval: Interval): number {
  const days: Record<Interval, number> = {
    "1m": 7,
    "3m": 14,
    "5m": 21,
    "10m": 30,
    "15m": 45,
    "30m": 90,
    "1h": 120,
    "1d": 3 * 365,
    "1w": 8 * 365,
    "1mo": 15 * 365,
  };
  return days[interval] * DAY * 1000;
}
