import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Account, ChildOrder, Order, OrderPage } from "@/api";
import { account, order } from "@/test/fixtures";
import { changeOf, draftOf, fieldsOf, lockedBy, newParts, partsInWords, problemsOf, shrunk } from "./editing";
import { leaveEdit, startEdit, type, useEdit } from "./editor";
import { belongs, none, queryOf, readAddress, toAddress } from "./filters";
import { placeInPages } from "./lists";
import { squareLines } from "./squareOff";

const child = order.children[0] as ChildOrder;
const part = (over: Partial<ChildOrder>): ChildOrder => ({
  ...child,
  status: "OPEN",
  order_type: "LIMIT",
  price: "1500.00",
  filled_quantity: 0,
  ...over,
});
const open: Order = {
  ...order,
  order_type: "LIMIT",
  price: "1500.00",
  status: "OPEN",
  quantity: 90,
  filled_quantity: 0,
  children: [
    part({ id: "c-1", quantity: 60 }),
    part({ id: "c-2", account: "a-u", account_label: "Upstox", broker: "upstox", quantity: 30 }),
  ],
};

test("filters live in the address, and what is not understood there is left out", () => {
  const filters = { ...none, side: "SELL" as const, symbol: "nif", from: "2026-11-20" };
  const address = toAddress("open", filters);
  expect(readAddress(address)).toEqual({ tab: "open", filters });
  expect(readAddress(new URLSearchParams("tab=x&side=HOLD&from=yesterday&status=GONE"))).toEqual({
    tab: "all",
    filters: none,
  });
  expect(queryOf("open", filters)).toEqual({ status: "open", side: "SELL", symbol: "NIF", from: "2026-11-20" });
});

test("an order belongs to a list by everything that it was asked for", () => {
  expect(belongs(order, { status: "all" })).toBe(true);
  expect(belongs(order, { status: "done", account: "a-z", side: "BUY", symbol: "INF" })).toBe(true);
  expect(belongs(order, { status: "open" })).toBe(false);
  expect(belongs(order, { status: "all", account: "a-u" })).toBe(false);
  expect(belongs(order, { status: "all", from: "2026-11-20", to: "2026-11-20" })).toBe(true);
  expect(belongs(order, { status: "all", to: "2026-11-19" })).toBe(false);
});

test("pages follow the stream: changed in place, left when it no longer fits, new ones on top, older ones never", () => {
  const page = (...ids: string[]): OrderPage => ({ items: ids.map((id) => ({ ...order, id })), next_cursor: null });
  const ids = (pages: OrderPage[]) => pages.map(({ items }) => items.map(({ id }) => id));
  const pages = [page("o-5", "o-4"), page("o-3")];
  placeInPages(pages, { ...order, id: "o-3", status: "CANCELLED" }, true);
  expect(pages[1]?.items[0]?.status).toBe("CANCELLED");
  placeInPages(pages, { ...order, id: "o-4" }, false);
  placeInPages(pages, { ...order, id: "o-6" }, true);
  placeInPages(pages, { ...order, id: "o-1" }, true);
  expect(ids(pages)).toEqual([["o-6", "o-5"], ["o-3"]]);
});

test("less is taken off in proportion, whole lots, and every part keeps one", () => {
  expect(shrunk([60, 30], 60, 1)).toEqual([40, 20]);
  expect(shrunk([60, 30], 2, 1)).toEqual([1, 1]);
  expect(shrunk([60, 30], 1, 1)).toBeNull();
  expect(shrunk([130, 65], 130, 65)).toEqual([65, 65]);
  for (const wanted of [3, 17, 50, 89])
    expect((shrunk([60, 29, 1], wanted, 1) ?? []).reduce((sum, one) => sum + one, 0)).toBe(wanted);
});

test("a change says what each part becomes before it is sent, and sends only what differs", () => {
  const draft = { ...draftOf(open), quantity: "60", price: "1501" };
  expect(problemsOf(open, draft, { lot: 1, tick: "0.05" })).toEqual({});
  const change = changeOf(open, draft);
  expect(change).toEqual({ quantity: 60, price: "1501.00" });
  expect(partsInWords(newParts(open, change ?? {}, []) ?? [])).toBe("Zerodha 60 → 40, Upstox 30 → 20");
  const more = newParts(open, { quantity: 100 }, []) ?? [];
  expect(partsInWords(more)).toContain("more as far as its margin lets it");
  expect(changeOf(open, { ...draftOf(open), price: "1500.0" })).toBeNull();
});

test("what nobody typed follows the order: a change made elsewhere meanwhile is not taken back", () => {
  startEdit(open);
  const { result, rerender, unmount } = renderHook(({ order }) => useEdit(order), { initialProps: { order: open } });
  act(() => type({ price: "1501" }));
  const smaller = { ...open, quantity: 60 };
  rerender({ order: smaller });
  expect(changeOf(smaller, result.current as never)).toEqual({ price: "1501.00" });
  unmount();
  leaveEdit();
});

test("a broker that cannot change an order is said to take it anew", () => {
  const { capabilities } = account;
  const fixed: Account = {
    ...account,
    capabilities: { ...capabilities, features: { ...capabilities.features, modify: false } },
  };
  expect(partsInWords(newParts(open, { price: "1501" }, [fixed]) ?? [])).toContain(
    "Zerodha 60 at the new terms (cancelled, then placed anew)",
  );
});

test("what is wrong stands at its field, with the fix", () => {
  const wrong = problemsOf(
    { ...open, filled_quantity: 20 },
    { quantity: "20", price: "1500.03", trigger: "" },
    {
      lot: 1,
      tick: "0.05",
    },
  );
  expect(wrong).toEqual({
    quantity: "20 are filled already: cancel the rest instead.",
    price: "A multiple of 0.05.",
  });
  expect(fieldsOf({ ...open, iceberg_legs: 3 })).toEqual(["price"]);
});

test("nothing is changed while a part is unknown, changing or held twice, and it says at whom", () => {
  const locked = (over: Partial<ChildOrder>) =>
    lockedBy({
      ...open,
      children: [open.children[0] as ChildOrder, part({ id: "c-2", account_label: "Upstox", ...over })],
    });
  expect(lockedBy(open)).toBeNull();
  expect(locked({ status: "UNKNOWN", broker_order_id: null })).toContain("whether Upstox has its part");
  expect(locked({ changing: true })).toContain("Upstox has not answered");
  expect(locked({ surplus_quantity: 5 })).toContain("Upstox holds a part of it more than once");
  expect(lockedBy(order)).toContain("ended");
});

test("only what is still held on the same side is squared off", () => {
  const lot = {
    account: "a-z",
    broker: "zerodha" as const,
    label: "Zerodha",
    exchange: "NSE" as const,
    symbol: "INFY",
    quantity: 6,
    average_price: null,
    pnl: null,
    day_pnl: null,
    as_of: "2026-11-20T10:00:00+05:30",
    stale: false,
    overnight_quantity: 0,
    today: null,
    realised: null,
    unrealised: null,
  };
  const held = (quantity: number) => ({
    as_of: "2026-11-20T10:00:00+05:30",
    totals: {} as never,
    holdings: [],
    funds: [],
    gaps: [],
    positions: [
      {
        symbol: "INFY",
        exchange: "NSE" as const,
        name: "",
        product: order.product,
        quantity,
        average_price: null,
        last_price: null,
        price_as_of: null,
        price_source: null,
        pnl: null,
        realised: null,
        unrealised: null,
        day_pnl: null,
        lots: [{ ...lot, quantity }],
      },
    ],
  });
  expect(squareLines([order], held(6)).map((line) => line.quantity)).toEqual([6]);
  expect(squareLines([order], held(60)).map((line) => line.quantity)).toEqual([10]);
  expect(squareLines([order], held(10))[0]?.exactly).toBe(true);
  expect(squareLines([order], held(-6))).toEqual([]);
  expect(squareLines([order, { ...order, side: "SELL" }], held(6))).toEqual([]);
});
