import { describe, expect, test } from "vitest";
import { type Draft, mistakesIn, partOf, stepPrice, stepQuantity, toOrder } from "./draft";

const share = { lot: 1, tick: "0.05", kind: "EQ" } as const;
const future = { lot: 65, tick: "0.05", kind: "FUT" } as const;
const draft = (change: Partial<Draft> = {}): Draft => ({
  side: "BUY",
  account: "auto",
  quantity: "10",
  orderType: "LIMIT",
  price: "1500.00",
  trigger: "",
  product: "CNC",
  validity: "DAY",
  ...change,
});

describe("mistakes are named with their fix", () => {
  test("a good draft has none", () => {
    expect(mistakesIn(draft(), share)).toEqual({});
  });
  test("an odd quantity is shown the nearest lot", () => {
    expect(mistakesIn(draft({ quantity: "100" }), future).quantity).toBe("Lot is 65; try 130");
    expect(mistakesIn(draft({ quantity: "2" }), future).quantity).toBe("Lot is 65; try 65");
  });
  test("fractions and words are not quantities", () => {
    expect(mistakesIn(draft({ quantity: "1.5" }), share).quantity).toContain("Whole");
    expect(mistakesIn(draft({ quantity: "" }), share).quantity).toBe("How many?");
    expect(mistakesIn(draft({ quantity: "0" }), share).quantity).toBe("At least 1");
  });
  test("a price off the tick is shown one on it", () => {
    expect(mistakesIn(draft({ price: "1500.02" }), share).price).toBe("Tick is 0.05; try 1,500.00");
  });
  test("a market order needs no price", () => {
    expect(mistakesIn(draft({ orderType: "MARKET", price: "" }), share)).toEqual({});
  });
  test("a stop's trigger lies on the right side of its price", () => {
    expect(mistakesIn(draft({ orderType: "SL", trigger: "1501" }), share).trigger_price).toContain("at or below");
    expect(mistakesIn(draft({ orderType: "SL", side: "SELL", trigger: "1499" }), share).trigger_price).toContain(
      "above",
    );
    expect(mistakesIn(draft({ orderType: "SL", trigger: "1499.95" }), share)).toEqual({});
  });
});

describe("the wire", () => {
  test("only the prices the type needs are sent, as decimal strings", () => {
    expect(toOrder(draft({ price: "1,500.5" }), "NSE:INFY")).toEqual({
      exchange: "NSE",
      symbol: "INFY",
      side: "BUY",
      order_type: "LIMIT",
      quantity: 10,
      price: "1500.50",
      product: "CNC",
      validity: "DAY",
      account: "auto",
    });
    expect(toOrder(draft({ orderType: "SL-M", trigger: "99.0525" }), "NSE:INFY")).toMatchObject({
      trigger_price: "99.0525",
    });
    expect(toOrder(draft({ orderType: "MARKET" }), "NSE:INFY")).not.toHaveProperty("price");
  });
});

describe("arrow keys", () => {
  test("quantity steps by the lot, first onto it", () => {
    expect(stepQuantity("", 65, 1)).toBe("65");
    expect(stepQuantity("100", 65, 1)).toBe("130");
    expect(stepQuantity("100", 65, -1)).toBe("65");
    expect(stepQuantity("65", 65, -1)).toBe("65");
  });
  test("price steps by the tick, starting at the last price", () => {
    expect(stepPrice("", "0.05", 1, "1500.00")).toBe("1500.05");
    expect(stepPrice("1500.05", "0.05", -1, null)).toBe("1500.00");
    expect(stepPrice("", "0.05", 1, null)).toBe("");
  });
  test("shortcuts give whole lots", () => {
    expect(partOf(101, 50, 1)).toBe("50");
    expect(partOf(200, 50, 65)).toBe("65");
  });
});
