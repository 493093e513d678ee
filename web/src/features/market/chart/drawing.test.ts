import type { UTCTimestamp } from "lightweight-charts";
import { describe, expect, test } from "vitest";
import { type Bar, barAt, before, dayEdges, grown } from "./bars";
import { bollinger, ema, rsi, sma, vwap } from "./indicators";

const at = (time: string, day = "2026-11-20") => (Date.parse(`${day}T${time}Z`) / 1000) as UTCTimestamp;
const bar = (time: UTCTimestamp, close: number, volume: number | null = 10): Bar => ({
  time,
  open: close,
  high: close + 1,
  low: close - 1,
  close,
  volume,
});

describe("bars", () => {
  test("a price grows the last bar, and begins the next one when its time has come", () => {
    const last = bar(at("10:00:00"), 100);
    expect(grown(last, 103, at("10:04:59"), "5m", 5)).toEqual({ ...last, high: 103, close: 103, volume: 15 });
    expect(grown(last, 98, at("10:05:00"), "5m", null)).toEqual({
      time: at("10:05:00"),
      open: 98,
      high: 98,
      low: 98,
      close: 98,
      volume: null,
    });
  });
  test("a late price changes nothing", () => {
    expect(grown(bar(at("10:05:00"), 100), 90, at("10:04:00"), "5m", null)).toBeNull();
  });
  test("an older page ends where what is shown begins", () => {
    const shown = [bar(at("10:00:00"), 2), bar(at("10:05:00"), 3)];
    expect(before([bar(at("09:55:00"), 1), bar(at("10:00:00"), 9)], shown).map((one) => one.close)).toEqual([1, 2, 3]);
  });
  test("a day begins at its first bar, and a fill lies in the bar of its moment", () => {
    const bars = [bar(at("15:25:00", "2026-11-19"), 1), bar(at("09:15:00"), 2), bar(at("09:20:00"), 3)];
    expect(dayEdges(bars)).toEqual([at("09:15:00")]);
    expect(barAt(bars, at("09:19:59"))?.close).toBe(2);
    expect(barAt(bars, at("15:00:00", "2026-11-19"))).toBeNull();
    expect(barAt(bars, at("23:00:00"))?.close).toBe(3);
  });
});

describe("indicators", () => {
  test("means begin when there are enough bars", () => {
    expect(sma([1, 2, 3, 4], 2)).toEqual([null, 1.5, 2.5, 3.5]);
    expect(ema([1, 2, 3, 4], 2)).toEqual([null, 1.5, 2.5, 3.5]);
    expect(ema([2, 2, 8], 2)).toEqual([null, 2, 6]);
  });
  test("Bollinger's bands are two deviations wide", () => {
    const { middle, upper, lower } = bollinger([1, 3, 1, 3], 2);
    expect([middle[3], upper[3], lower[3]]).toEqual([2, 4, 0]);
    expect(upper[0]).toBeNull();
  });
  test("the average price of the day begins anew each day and needs volume", () => {
    const bars = [bar(at("15:25:00", "2026-11-19"), 50), bar(at("09:15:00"), 100), bar(at("09:20:00"), 200, 30)];
    expect(vwap(bars, "5m")).toEqual([50, 100, 175]);
    expect(vwap([bar(at("09:15:00"), 100, null)], "5m")).toEqual([null]);
    expect(vwap(bars, "1d")).toEqual([null, null, null]);
  });
  test("relative strength knows only rises, only falls, and neither", () => {
    expect(rsi([1, 2, 3, 4], 2)).toEqual([null, null, 100, 100]);
    expect(rsi([4, 3, 2, 1], 2)).toEqual([null, null, 0, 0]);
    expect(rsi([5, 5, 5, 5], 2)).toEqual([null, null, 50, 50]);
    // Wilder: mean gain 0.5 then (0.5*1+0)/2=0.25, mean loss 0 then 0.5
    expect(rsi([1, 2, 2, 1], 2)[3]).toBeCloseTo(100 - 100 / (1 + 0.25 / 0.5));
  });
});
