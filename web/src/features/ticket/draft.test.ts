import { describe, expect, test } from "vitest";
import { type Draft, emptyExtras, lotsOf, lotsToUnits, partOf, stepPrice, stepQuantity, toOrder } from "./draft";
import { mistakesIn } from "./mistakes";

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
  ...emptyExtras,
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

describe("extras are refused in words before anybody is asked", () => {
  test("a TTL order names its minutes", () => {
    expect(mistakesIn(draft({ validity: "TTL" }), share).validity_minutes).toBe("1 to 375 minutes");
    expect(mistakesIn(draft({ validity: "TTL", minutes: "30" }), share)).toEqual({});
  });
  test("a tenth of the order is shown at least, and nothing hidden of what does not wait", () => {
    const of = (change: Partial<Draft>) => mistakesIn(draft({ quantity: "105", ...change }), share).disclosed_quantity;
    expect(of({ disclosed: "10" })).toContain("From 11");
    expect(of({ disclosed: "106" })).toContain("From 11");
    expect(of({ disclosed: "11" })).toBeUndefined();
    expect(of({ disclosed: "50", validity: "IOC" })).toContain("IOC");
    expect(of({ disclosed: "50", legs: "5" })).toContain("iceberg");
  });
  test("an iceberg is a limit order for the day with a lot in every leg", () => {
    const of = (change: Partial<Draft>) => mistakesIn(draft({ legs: "5", ...change }), share).iceberg_legs;
    expect(of({})).toBeUndefined();
    expect(of({ legs: "1" })).toBe("Two legs or more");
    expect(of({ orderType: "MARKET" })).toContain("limit order");
    expect(of({ quantity: "4" })).toContain("lot");
    expect(of({ afterMarket: true })).toContain("open market");
    expect(mistakesIn(draft({ quantity: "130", legs: "3", product: "NRML" }), future).iceberg_legs).toContain("lot");
  });
  test("a stop lies on the losing side, a target on the winning one", () => {
    const of = (change: Partial<Draft>) => mistakesIn(draft(change), share, "1500.00");
    expect(of({ stop: "1450", target: "1600" })).toEqual({});
    expect(of({ stop: "1550" }).stop).toContain("below");
    expect(of({ target: "1450" }).target).toContain("above");
    expect(of({ side: "SELL", stop: "1550", target: "1450" })).toEqual({});
    expect(of({ side: "SELL", stop: "1450" }).stop).toContain("above");
    expect(of({ orderType: "MARKET", stop: "1501" }).stop).toContain("below");
    expect(of({ product: "MIS", stop: "1450" }).stop).toContain("intraday");
  });
});

describe("lots and units", () => {
  test("lots become units, and units lots where they are whole", () => {
    expect([lotsToUnits("2", 65), lotsToUnits("", 65), lotsToUnits("x", 65)]).toEqual(["130", "", "x"]);
    expect([lotsOf("130", 65), lotsOf("100", 65), lotsOf("", 65)]).toEqual(["2", "", ""]);
  });
});

describe("the wire", () => {
  test("extras are sent only where they are used", () => {
    const all = draft({
      validity: "TTL",
      minutes: "30",
      disclosed: "5",
      legs: "2",
      afterMarket: true,
      route: "fastest",
    });
    expect(toOrder(all, "NSE:INFY")).toMatchObject({
      validity: "TTL",
      validity_minutes: 30,
      disclosed_quantity: 5,
      iceberg_legs: 2,
      after_market: true,
      policy: { kind: "fastest" },
    });
    expect(toOrder({ ...all, validity: "DAY", account: "a-z" }, "NSE:INFY")).not.toHaveProperty("policy");
    expect(toOrder({ ...all, validity: "DAY" }, "NSE:INFY")).not.toHaveProperty("validity_minutes");
  });
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
