import { expect, test } from "vitest";
import * as money from "@/lib/money";
import { holding, portfolio } from "@/test/fixtures";
import { type LastPrice, livePortfolio } from "./valuation";

const none = new Map<string, LastPrice>();
const at = (ltp: string) =>
  new Map<string, LastPrice>([
    ["NSE:INFY", { ltp, change: "6.00", change_percent: "0.40", timestamp: "2026-11-20T10:00:05+05:30" }],
  ]);

test("without ticks the server's numbers stand", () => {
  const { totals, holdings } = livePortfolio(portfolio, none);
  expect(money.rupees(totals.value)).toBe("₹45,000.00");
  expect(money.rupees(totals.pnl)).toBe("₹3,000.00");
  expect(money.rupees(holdings[0]?.dayPnl)).toBe("₹150.00");
});

test("a tick moves the row and the totals by the same exact amount", () => {
  const { totals, holdings } = livePortfolio(portfolio, at("1500.35"));
  expect(money.rupees(holdings[0]?.value)).toBe("₹45,010.50");
  expect(money.rupees(totals.value)).toBe("₹45,010.50");
  expect(money.rupees(totals.pnl)).toBe("₹3,010.50");
  expect(money.rupees(totals.dayPnl)).toBe("₹160.50");
});

test("the parts at each broker add up to the whole", () => {
  const whole = livePortfolio(portfolio, at("1512.45"));
  const parts = ["zerodha", "upstox"].map((broker) => livePortfolio(portfolio, at("1512.45"), broker));
  const sum = (pick: (part: typeof whole) => money.Amount | null) =>
    parts.reduce((total, part) => money.add(total, pick(part) as money.Amount), money.ZERO);
  expect(sum((part) => part.totals.value)).toBe(whole.totals.value);
  expect(sum((part) => part.totals.invested)).toBe(whole.totals.invested);
  expect(sum((part) => part.totals.pnl)).toBe(whole.totals.pnl);
  expect(sum((part) => part.totals.dayPnl)).toBe(whole.totals.dayPnl);
});

test("an unknown price makes unknown values, never zero", () => {
  const unpriced = {
    ...portfolio,
    holdings: [{ ...holding, last_price: null, value: null, pnl: null, day_pnl: null }],
  };
  const [row] = livePortfolio(unpriced, none).holdings;
  expect(row?.value).toBeNull();
  expect(row?.pnl).toBeNull();
});

test("a total that the server does not know stays unknown", () => {
  const unknown = { ...portfolio, totals: { ...portfolio.totals, value: null, day_pnl: null } };
  const { totals } = livePortfolio(unknown, at("1501.00"));
  expect(totals.value).toBeNull();
  expect(totals.dayPnl).toBeNull();
});

test("a row is stale only when all its lots are", () => {
  expect(livePortfolio(portfolio, none).holdings[0]?.stale).toBe(false);
  expect(livePortfolio(portfolio, none, "upstox").holdings[0]?.stale).toBe(true);
});
