import { expect, test } from "vitest";
import { movers } from "./movers";
import type { LiveHolding } from "./valuation";

const row = (symbol: string, dayPnl: bigint | null, dayPercent: bigint | null) =>
  ({ id: symbol, symbol: `NSE:${symbol}`, source: { symbol }, dayPnl, dayPercent }) as unknown as LiveHolding;
const rows = [
  row("INFY", 500n, 1n),
  row("TCS", 20n, 9n),
  row("ABB", -300n, -2n),
  row("ITC", null, null),
  row("LT", 0n, 0n),
];
const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

test("lines are told apart by which way they moved, the largest first; unmoved and unknown are neither", () => {
  const { up, down } = movers(rows, "rupees", 5);
  expect([names(up), names(down)]).toEqual([["INFY", "TCS"], ["ABB"]]);
  expect(names(movers(rows, "percent", 5).up)).toEqual(["TCS", "INFY"]);
  expect(names(movers(rows, "rupees", 1).up)).toEqual(["INFY"]);
});
