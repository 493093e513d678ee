import { act, render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { takeTick } from "@/features/market/prices";
import * as money from "@/lib/money";
import { holding } from "@/test/fixtures";
import { holdingAsRead, Live, Sum } from "./live";
import type { LiveHolding } from "./valuation";

const infy = holdingAsRead(holding) as LiveHolding;
const tcs = holdingAsRead({ ...holding, isin: "INE467B01029", symbol: "TCS" }) as LiveHolding;
const drawn = vi.fn();
const at = (symbol: string, ltp: string) => ({
  symbol,
  ltp,
  change: "6.00",
  change_percent: "0.40",
  timestamp: "2026-11-20T10:00:05+05:30",
  prev_close: null,
  source: "zerodha",
});

function Cell({ row }: { row: LiveHolding }) {
  return (
    <Live row={row}>
      {(now) => {
        drawn(row.source.symbol);
        return <p>{money.rupees(now.value)}</p>;
      }}
    </Live>
  );
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["requestAnimationFrame", "cancelAnimationFrame", "setTimeout", "clearTimeout"] });
  return () => vi.useRealTimers();
});

test("a tick draws the cells of its own row and no other", () => {
  render([infy, tcs].map((row) => <Cell key={row.id} row={row} />));
  drawn.mockClear();
  act(() => {
    takeTick(at("NSE:TCS", "1500.35"));
    vi.advanceTimersByTime(20);
  });
  expect(drawn.mock.calls).toEqual([["TCS"]]);
  expect(screen.getByText("₹45,010.50")).toBeTruthy();
});

test("the sum of a column follows the ticks to the paisa", () => {
  render(
    <Sum rows={[infy, tcs]} of={(row) => row.value}>
      {(sum) => <p>{money.rupees(sum)}</p>}
    </Sum>,
  );
  act(() => {
    takeTick(at("NSE:INFY", "1500.10"));
    takeTick(at("NSE:TCS", "1500.20"));
    vi.advanceTimersByTime(1000);
  });
  expect(screen.getByText("₹90,009.00")).toBeTruthy();
});

test("the same line is the same row, so that nothing is drawn again", () => {
  expect(holdingAsRead(holding)).toBe(infy);
  expect(holdingAsRead(holding, "upstox")).not.toBe(infy);
  expect(holdingAsRead(holding, "groww")).toBeNull();
});
