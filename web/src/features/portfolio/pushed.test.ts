import { expect, test } from "vitest";
import type { Position } from "@/api";
import { holding, portfolio } from "@/test/fixtures";
import { type PortfolioLines, pushed } from "./pushed";

const nothing: PortfolioLines = {
  version: "pf_1-2",
  whole: false,
  as_of: "2026-11-20T10:00:01+05:30",
  totals: portfolio.totals,
  holdings: [],
  positions: [],
  gone: { holdings: [], positions: [] },
  ages: {},
  funds: portfolio.funds,
  gaps: [],
};
const future = {
  exchange: "NFO",
  symbol: "NIFTY26NOVFUT",
  product: "NRML",
  lots: [],
} as unknown as Position;

test("lines that changed replace theirs, new ones find their place, the others stay as they are", () => {
  const tcs = { ...holding, isin: "INE467B01029", symbol: "TCS" };
  const abb = { ...holding, isin: "INE117A01022", symbol: "ABB" };
  const both = pushed(
    { ...portfolio, holdings: [holding, tcs] },
    { ...nothing, holdings: [abb, { ...tcs, quantity: 7 }] },
  );
  expect(both?.holdings.map((line) => [line.symbol, line.quantity])).toEqual([
    ["ABB", holding.quantity],
    ["INFY", holding.quantity],
    ["TCS", 7],
  ]);
  expect(both?.holdings[1]).toBe(holding);
  expect(both?.as_of).toBe(nothing.as_of);
});

test("lines that are gone are gone", () => {
  const before = { ...portfolio, positions: [future] };
  const gone = { holdings: [holding.isin], positions: [{ exchange: "NFO", symbol: "NIFTY26NOVFUT", product: "NRML" }] };
  const after = pushed(before, { ...nothing, gone: gone as PortfolioLines["gone"] });
  expect([after?.holdings, after?.positions]).toEqual([[], []]);
});

test("everything forgets what is not in it", () => {
  expect(pushed(portfolio, { ...nothing, whole: true })?.holdings).toEqual([]);
  expect(pushed(undefined, { ...nothing, whole: true, holdings: [holding] })?.holdings).toEqual([holding]);
});

test("changes of what is not known ask for everything", () => {
  expect(pushed(undefined, nothing)).toBeNull();
});

test("a reading that changed no number still makes its lots younger", () => {
  const at = "2026-11-20T10:05:00+05:30";
  const account = holding.lots[0]?.account ?? "";
  const after = pushed(portfolio, { ...nothing, ages: { [account]: at } });
  expect(after?.holdings[0]?.lots.map((lot) => lot.as_of)).toEqual([at, holding.lots[1]?.as_of]);
});
