// Which indicators there are, and the lines that each of them draws.
import type { Interval } from "@/api";
import type { Bar } from "./bars";
import { bollinger, ema, type Line, rsi, sma, vwap } from "./indicators";

export type { Line } from "./indicators";
export const indicators = ["sma20", "ema9", "ema21", "vwap", "bands", "rsi"] as const;
export type Indicator = (typeof indicators)[number];

export const isIndicator = (name: string): name is Indicator => (indicators as readonly string[]).includes(name);

export function linesOf(
  indicator: Indicator,
  bars: readonly Bar[],
  interval: Interval,
): { name: string; values: Line }[] {
  const closes = bars.map((bar) => bar.close);
  switch (indicator) {
    case "sma20":
      return [{ name: "SMA 20", values: sma(closes, 20) }];
    case "ema9":
      return [{ name: "EMA 9", values: ema(closes, 9) }];
    case "ema21":
      return [{ name: "EMA 21", values: ema(closes, 21) }];
    case "vwap":
      return [{ name: "VWAP", values: vwap(bars, interval) }];
    case "bands": {
      const { upper, middle, lower } = bollinger(closes, 20);
      return [
        { name: "BB upper", values: upper },
        { name: "BB middle", values: middle },
        { name: "BB lower", values: lower },
      ];
    }
    case "rsi":
      return [{ name: "RSI 14", values: rsi(closes, 14) }];
  }
}
