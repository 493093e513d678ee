import { describe, expect, test } from "vitest";
import type { Limits } from "@/api";
import { draftOf, limitsOf } from "./limits";

const told: Limits = {
  order_value: "50000.00",
  order_quantity: 1200,
  day_value: null,
  day_orders: null,
  symbol_value: null,
  broker_value: null,
  symbols: { "NSE:INFY": "25000.50" },
  brokers: { zerodha: "100000.00" } as Limits["brokers"],
  day_loss: "5000.00",
  reduce_only: true,
  hours: { start: "09:20:00", end: "15:10:00" },
  self_trade: "reprice",
  used: { orders: 0, value: "0.00", symbols: {}, brokers: {} as Limits["used"]["brokers"] },
  day_result: null,
  day_result_unknown: "",
};

test("what the server told comes back unchanged when nothing was typed", () => {
  const { limits, mistakes } = limitsOf(draftOf(told));
  expect(mistakes).toEqual({});
  expect(limits).toEqual({
    order_value: "50000.00",
    order_quantity: 1200,
    day_value: null,
    day_orders: null,
    symbol_value: null,
    broker_value: null,
    symbols: { "NSE:INFY": "25000.50" },
    brokers: { zerodha: "100000.00" },
    day_loss: "5000.00",
    reduce_only: true,
    hours: { start: "09:20", end: "15:10" },
    self_trade: "reprice",
  });
});

test("amounts are shown grouped and typed with or without commas", () => {
  const draft = draftOf(told);
  expect(draft.text.order_value).toBe("50,000.00");
  draft.text.day_value = "₹ 2,00,000";
  expect(limitsOf(draft).limits?.day_value).toBe("200000.00");
});

describe("what is refused, and where it says so", () => {
  const cases: [string, (draft: ReturnType<typeof draftOf>) => void][] = [
    ["order_value", (draft) => Object.assign(draft.text, { order_value: "0" })],
    ["day_loss", (draft) => Object.assign(draft.text, { day_loss: "lots" })],
    ["order_quantity", (draft) => Object.assign(draft.text, { order_quantity: "1.5" })],
    ["day_orders", (draft) => Object.assign(draft.text, { day_orders: "0" })],
    ["hours", (draft) => Object.assign(draft, { end: "" })],
    ["hours", (draft) => Object.assign(draft, { start: "15:30", end: "09:15" })],
    ["symbols.0", (draft) => Object.assign(draft, { symbols: [{ name: "INFY", amount: "10" }] })],
    ["symbols.0", (draft) => Object.assign(draft, { symbols: [{ name: "NSE:INFY", amount: "" }] })],
    [
      "symbols.1",
      (draft) =>
        Object.assign(draft, {
          symbols: [
            { name: "NSE:INFY", amount: "10" },
            { name: "nse:infy", amount: "20" },
          ],
        }),
    ],
  ];
  test.each(cases)("%s", (field, spoil) => {
    const draft = draftOf(told);
    spoil(draft);
    const { limits, mistakes } = limitsOf(draft);
    expect(limits).toBeNull();
    expect(Object.keys(mistakes)).toContain(field);
  });
});

test("an empty own line is no line", () => {
  const draft = { ...draftOf(told), symbols: [{ name: "", amount: "" }] };
  expect(limitsOf(draft).limits?.symbols).toEqual({});
});
