import { expect, test } from "vitest";
import type { Performance, PerformancePoint } from "@/api";
import * as money from "@/lib/money";
import { curveOf, fallOf, gapsOf, returnOf } from "./evenings";

const point = (day: string, value: string, rest: Partial<PerformancePoint> = {}): PerformancePoint => ({
  day,
  value,
  flow: "0.00",
  gain: "0.00",
  index: "1.000000",
  drawdown: "0.000000",
  ...rest,
});
const told = (curve: PerformancePoint[], days: string[] = []) =>
  ({ curve, lacking: days.map((day) => ({ day, accounts: ["Upstox"] })) }) as unknown as Performance;

test("each evening is a point, and money that came in is said on its day", () => {
  const points = curveOf(told([point("2026-11-18", "100.00"), point("2026-11-19", "160.50", { flow: "50.00" })]));
  expect(points.map(({ value }) => money.rupees(value as money.Amount))).toEqual(["₹100.00", "₹160.50"]);
  expect(points.map(({ note }) => note)).toEqual([undefined, "+₹50.00 came in or went out"]);
});

test("the return begins at nothing and does not see what came in", () => {
  const points = returnOf(told([point("2026-11-18", "1"), point("2026-11-19", "9", { index: "1.051200" })]));
  expect(points.map(({ value }) => money.percent(value as money.Amount))).toEqual(["0.00%", "+5.12%"]);
});

test("a fall is told in percent, and an evening without one is left out", () => {
  const points = fallOf(
    told([point("2026-11-18", "1", { drawdown: null }), point("2026-11-19", "1", { drawdown: "-0.031200" })]),
  );
  expect(points.map(({ value }) => money.percent(value as money.Amount))).toEqual(["−3.12%"]);
});

test("missing evenings are marked at the next one that there is, many of them by their first and last", () => {
  const curve = [point("2026-11-02", "1"), point("2026-11-06", "1"), point("2026-11-20", "1")];
  const days = ["2026-11-05", "2026-11-09", "2026-11-10", "2026-11-11", "2026-11-12", "2026-11-13"];
  expect(gapsOf(told(curve, days))).toEqual([
    { at: "2026-11-06", words: "One evening is missing: 05 Nov" },
    { at: "2026-11-20", words: "5 evenings are missing: 09 Nov to 13 Nov" },
  ]);
});
