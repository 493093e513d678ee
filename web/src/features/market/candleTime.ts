// Which candle a moment belongs to. Times are in seconds, moved to IST, as the chart counts them.
export const spans = { "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "1d": 86_400 } as const;
export type Interval = keyof typeof spans;

const DAY = 86_400;
const OPENING = 9.25 * 3600; // intraday candles count from 09:15, so that hours begin at a quarter past

/** The beginning of the candle: as many whole ones after the last that is known of that day, else from the opening. */
export function beginning(moment: number, last: number | null, interval: Interval): number {
  const midnight = Math.floor(moment / DAY) * DAY;
  if (interval === "1d") return midnight;
  const from = last !== null && last >= midnight && last <= moment ? last : midnight + OPENING;
  return from + Math.floor((moment - from) / spans[interval]) * spans[interval];
}
