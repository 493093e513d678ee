import { describe, expect, test } from "vitest";
import type { ChargesComparison, Order, Portfolio } from "@/api";
import { account, charges, decision, holding, order, portfolio } from "@/test/fixtures";
import { breakEven, marginAt, marginEach } from "./cost";
import { type Draft, emptyExtras } from "./draft";
import { type Facts, nudgesFor } from "./nudges";
import { mayTake, offersFeature, offersValidity } from "./offers";
import { guard, guarded, guardOf, placingsOf, unguard } from "./protection";
import { most } from "./standing";
import { stepsOf } from "./steps";

const draft = (change: Partial<Draft> = {}): Draft => ({
  side: "BUY",
  account: "auto",
  quantity: "10",
  orderType: "MARKET",
  price: "",
  trigger: "",
  product: "CNC",
  validity: "DAY",
  ...emptyExtras,
  ...change,
});

const level = (price: string, quantity: number) => ({ price, quantity, orders: 1 });
const quote = (bid: string, ask: string, offered = 500) =>
  ({ depth: { bids: [level(bid, 500)], asks: [level(ask, offered)] } }) as unknown as Facts["quote"];

const facts = (change: Partial<Draft> = {}, more: Partial<Facts> = {}): Facts => ({
  draft: draft(change),
  kind: "EQ",
  quote: quote("1499.90", "1500.10"),
  last: "1500.00",
  lastAge: 1,
  marketOpen: true,
  opensAt: null,
  held: 0,
  ownOrders: null,
  ...more,
});
const ids = (given: Facts) => nudgesFor(given).map((nudge) => nudge.id);

describe("nudges inform where something is odd, and only there", () => {
  test("an ordinary order draws none", () => expect(ids(facts())).toEqual([]));
  test.each<[string, Facts, string]>([
    ["the market is closed", facts({}, { marketOpen: false }), "after_hours"],
    ["the price is old", facts({}, { lastAge: 40 }), "stale"],
    ["less is offered than wanted", facts({}, { quote: quote("1499.90", "1500.10", 5) }), "thin"],
    ["bid and offer lie far apart", facts({}, { quote: quote("1450.00", "1500.00") }), "wide"],
    ["a limit buys far above the last price", facts({ orderType: "LIMIT", price: "1540" }), "through"],
    ["a limit sells far below it", facts({ orderType: "LIMIT", side: "SELL", price: "1460" }), "through"],
    ["a limit waits far away", facts({ orderType: "LIMIT", price: "1300" }), "far"],
    ["more is sold intraday than is held", facts({ side: "SELL", product: "MIS" }, { held: 4 }), "short"],
    ["an option is written", facts({ side: "SELL", product: "NRML" }, { kind: "CE" }), "written"],
  ])("%s", (_what, given, id) => expect(ids(given)).toEqual([id]));
  test.each<[string, Facts]>([
    ["a stop's limit beyond the market", facts({ orderType: "SL", price: "1600", trigger: "1590" })],
    ["an exit of what is held", facts({ side: "SELL", product: "NRML" }, { kind: "CE", held: 65 })],
    ["a delivery sale", facts({ side: "SELL" })],
    [
      "an old price of a closed market",
      facts({ afterMarket: true }, { marketOpen: false, lastAge: 9000, quote: null }),
    ],
  ])("%s is no warning of its own", (_what, given) =>
    expect(ids(given).filter((id) => id !== "after_hours")).toEqual([]),
  );
  test("a closed market tells when it opens next, where that is known", () => {
    const closed = { marketOpen: false, opensAt: "2026-11-23T09:15:00+05:30" };
    expect(nudgesFor(facts({}, closed))[0]?.words).toContain("opens 23 Nov 09:15 IST");
    expect(nudgesFor(facts({}, { marketOpen: false }))[0]?.words).not.toContain("opens");
  });
  test("an own order in the way is named with what happens to it", () => {
    const own = { account_label: "Upstox", side: "SELL", quantity: 5 };
    const ownOrders = { action: "reprice", new_price: "1499.95", orders: [own] } as unknown as Facts["ownOrders"];
    expect(nudgesFor(facts({}, { ownOrders }))[0]?.words).toBe(
      "It would trade with your own order (Sell 5 at Upstox), so it goes in at ₹1,499.95.",
    );
  });
});

describe("what an order needs", () => {
  test("a part of the plan needs its own margin, another account that of the whole order", () => {
    expect(marginAt(decision, "a-z")).toEqual({ needs: 1_500_000_000_000n, used: true });
    expect(marginAt(decision, "a-u")).toEqual({ needs: 1_500_000_000_000n, used: false });
    expect(marginAt(decision, "a-none").needs).toBeNull();
    expect(marginEach(decision, 10)).toBe(150_000_000_000n);
  });
  test("the break-even move pays the charges in and out at the account that takes the order", () => {
    const out = (account: string | null, total: string) => ({ account, broker: "zerodha", charges: charges(total) });
    const both = { estimates: [out(null, "3.21"), out("a-z", "8.21")] } as unknown as ChargesComparison;
    expect(breakEven(decision, both, 10)).toBe(100_000_000n);
    expect(breakEven(decision, { estimates: [out(null, "3.21")] } as unknown as ChargesComparison, 10)).toBe(
      50_000_000n,
    );
    expect(breakEven(decision, { estimates: [] } as unknown as ChargesComparison, 10)).toBeNull();
    expect(breakEven(decision, undefined, 10)).toBeNull();
  });
});

describe("the parts of 25, 50 and 100 %", () => {
  const stock = {
    symbol: "NSE:INFY",
    exchange: "NSE",
    isin: holding.isin,
    kind: "EQ",
    lot: 1,
    tick: "0.05",
    freeze: null,
    last: "1500.00",
    lastAt: null,
  } as const;
  const long = { exchange: "NSE", symbol: "INFY", product: "MIS", lots: [{ account: "a-z", quantity: 40 }] };
  const positioned = { ...portfolio, positions: [long] } as unknown as Portfolio;
  test("are of what can be sold, of the position that it closes, or of what the margin buys", () => {
    expect(most(portfolio, stock, draft({ side: "SELL" }), null)).toEqual({ units: 30, of: "sellable" });
    expect(most(portfolio, stock, draft({ side: "SELL", account: "a-u" }), null)).toEqual({
      units: 10,
      of: "sellable",
    });
    expect(most(positioned, stock, draft({ side: "SELL", product: "MIS" }), null)).toEqual({
      units: 40,
      of: "position",
    });
    expect(most(portfolio, stock, draft(), null)).toEqual({ units: 40, of: "margin" });
    expect(most(portfolio, stock, draft({ product: "MIS" }), 30_000_000_000n as never)).toEqual({
      units: 200,
      of: "margin",
    });
  });
});

describe("extras are offered where an account takes them", () => {
  const groww = {
    ...account,
    id: "a-g",
    label: "Groww",
    capabilities: { ...account.capabilities, validities: ["DAY"] },
  };
  const both = [account, groww] as never[];
  test("one that takes it is enough, none is told by name or number", () => {
    expect(offersValidity(mayTake(both, "auto"), "IOC")).toBeNull();
    expect(offersValidity(mayTake(both, "a-g"), "IOC")).toBe("Groww does not take it");
    expect(offersValidity(mayTake(both, "auto"), "TTL")).toBe("None of the 2 connected brokers takes it");
    expect(offersFeature(mayTake(both, "auto"), (features) => features.iceberg_legs > 0)).toContain("None");
    expect(offersValidity([], "TTL")).toBeNull();
  });
});

describe("stop and target", () => {
  const broker = (id: string, types: string[], kinds = ["single", "oco"]) =>
    ({ ...account, id, capabilities: { features: { conditionals: kinds, conditional_types: types } } }) as never;
  const part = (id: string, at: string, filled: number) => ({
    id,
    account: at,
    account_label: at,
    filled_quantity: filled,
  });
  const filled = (...children: object[]) => ({ ...order, children }) as unknown as Order;
  const want = guardOf("1450", "1,600");

  test("nothing typed is nothing wanted", () => expect(guardOf("", "")).toBeNull());
  test("are kept for all tabs: one does not write away what another was given, and hears of it", () => {
    const mine = { order: "mine", user: "u-1", stop: "1.00", target: null };
    const other = { ...mine, order: "other" };
    localStorage.setItem("tm.guards", JSON.stringify([other]));
    guard(mine);
    expect(JSON.parse(localStorage.getItem("tm.guards") ?? "")).toEqual([other, mine]);
    localStorage.setItem("tm.guards", JSON.stringify([mine]));
    window.dispatchEvent(new StorageEvent("storage", { key: "tm.guards" }));
    expect(guarded()).toEqual([mine]);
    unguard("mine");
    expect(guarded()).toEqual([]);
  });
  test("a price on a tick of a quarter of a paisa is kept to its last digit", () =>
    expect(guardOf("83.1275", "84")).toEqual({ stop: "83.1275", target: "84.00" }));
  test("go to each account for what it filled, target first, once under the first part's key", () => {
    const parts = filled(part("c-1", "a-z", 6), part("c-2", "a-z", 4), part("c-3", "a-u", 5), part("c-4", "a-g", 0));
    const asked = placingsOf(parts, want as never, [broker("a-z", ["LIMIT"]), broker("a-u", ["MARKET"])], "0.05");
    expect(asked.map((one) => one.key)).toEqual(["guard-c-1", "guard-c-3"]);
    expect(asked[0]?.conditional).toMatchObject({ account: "a-z", kind: "oco", side: "SELL", product: "CNC" });
    expect(asked[0]?.conditional?.legs).toEqual([
      { trigger_price: "1600.00", quantity: 10, order_type: "LIMIT", price: "1600.00" },
      { trigger_price: "1450.00", quantity: 10, order_type: "LIMIT", price: "1421.00" },
    ]);
    expect(asked[1]?.conditional?.legs).toEqual([
      { trigger_price: "1600.00", quantity: 5, order_type: "MARKET" },
      { trigger_price: "1450.00", quantity: 5, order_type: "MARKET" },
    ]);
  });
  test("a stop alone is single; a short's stop has its limit above, on the tick", () => {
    const short = { ...filled(part("c-1", "a-z", 10)), side: "SELL" } as Order;
    const [only] = placingsOf(short, { stop: "1501.00", target: null }, [broker("a-z", ["LIMIT"])], "0.05");
    expect(only?.conditional).toMatchObject({ kind: "single", side: "BUY" });
    expect(only?.conditional?.legs[0]?.price).toBe("1531.05");
  });
  test("a broker that keeps no such triggers is named, not skipped", () => {
    const [only] = placingsOf(filled(part("c-1", "a-z", 10)), want as never, [broker("a-z", [], [])], "0.05");
    expect(only).toMatchObject({ label: "a-z", conditional: null });
  });
});

describe("the way of an order is told as far as it is known", () => {
  const at = (status: Order["status"], more: Partial<Order> = {}) =>
    stepsOf({ ...order, filled_quantity: 0, status, ...more }).map((step) => `${step.words}: ${step.mark}`);
  test.each<[string, string[], string[]]>([
    [
      "before any answer",
      stepsOf(undefined).map((step) => `${step.words}: ${step.mark}`),
      ["Sending: now", "Accepted: ahead", "At exchange: ahead", "Filled: ahead"],
    ],
    [
      "unknown",
      at("UNKNOWN"),
      ["Sent: done", "Unknown — checking: unknown", "At exchange: ahead", "Filled 0 / 10: ahead"],
    ],
    ["open", at("OPEN"), ["Sent: done", "Accepted: done", "At exchange: done", "Filled 0 / 10: ahead"]],
    [
      "left for the next session",
      at("OPEN", { after_market: true }),
      ["Sent: done", "Accepted: done", "Waits at the broker: now", "Filled 0 / 10: ahead"],
    ],
    [
      "partly filled",
      at("PARTIALLY_FILLED", { filled_quantity: 4 }),
      ["Sent: done", "Accepted: done", "At exchange: done", "Filled 4 / 10: now"],
    ],
    [
      "filled",
      at("FILLED", { filled_quantity: 10 }),
      ["Sent: done", "Accepted: done", "At exchange: done", "Filled 10 / 10: done"],
    ],
    ["rejected", at("REJECTED"), ["Sent: done", "Rejected: failed", "At exchange: ahead", "Filled 0 / 10: ahead"]],
    [
      "ended with a part",
      at("CANCELLED", { filled_quantity: 4 }),
      ["Sent: done", "Accepted: done", "At exchange: done", "Filled 4 / 10: failed"],
    ],
  ])("%s", (_when, told, expected) => expect(told).toEqual(expected));
});
