import { describe, expect, test } from "vitest";
import * as money from "./money";

const amount = (text: string) => money.parse(text) as money.Amount;

describe("reading", () => {
  test("decimal strings are exact", () => {
    expect(amount("0.1") + amount("0.2")).toBe(amount("0.3"));
    expect(money.toWire(amount("1502.35"))).toBe("1502.35");
    expect(money.toWire(amount("-0.05"))).toBe("-0.05");
  });
  test("a file loses no digit of a number", () => {
    expect(money.exact(amount("-12.3456"))).toBe("-12.3456");
    expect(money.exact(amount("1500"))).toBe("1500.00");
  });
  test("pasted text loses its commas and rupee sign", () => {
    expect(money.parse("₹ 1,23,456.70")).toBe(amount("123456.7"));
  });
  test("what is not a number is unknown, never zero", () => {
    for (const text of ["", "-", ".", "abc", "1.2.3", "NaN", "Infinity"]) expect(money.parse(text)).toBeNull();
    expect(money.parse(null)).toBeNull();
  });
  test("exponent form of a decimal is read", () => {
    expect(money.parse("0E-8")).toBe(0n);
    expect(money.parse("1.5E+3")).toBe(amount("1500"));
  });
});

describe("writing", () => {
  test("Indian grouping with two decimals", () => {
    expect(money.rupees("12345678.9")).toBe("₹1,23,45,678.90");
    expect(money.rupees("999")).toBe("₹999.00");
    expect(money.rupees("1000")).toBe("₹1,000.00");
    expect(money.rupees("100000")).toBe("₹1,00,000.00");
  });
  test("the minus stands before the rupee sign, the plus only where asked", () => {
    expect(money.rupees("-1234.5")).toBe("−₹1,234.50");
    expect(money.rupees("1234.5", { sign: true })).toBe("+₹1,234.50");
    expect(money.rupees("0", { sign: true })).toBe("₹0.00");
    expect(money.rupees("-0.001", { sign: true })).toBe("₹0.00");
  });
  test("half a paisa rounds away from zero on both sides", () => {
    expect(money.price("1.005")).toBe("1.01");
    expect(money.change("-1.005")).toBe("−1.01");
  });
  test("currency pairs have four places", () => {
    expect(money.price("83.1225", 4)).toBe("83.1225");
  });
  test("short forms in lakh and crore", () => {
    expect(money.short("99999.99")).toBe("₹99,999.99");
    expect(money.short("124000")).toBe("₹1.24 L");
    expect(money.short("35000000")).toBe("₹3.5 Cr");
    expect(money.short("-10000000")).toBe("−₹1 Cr");
    expect(money.short("9999600")).toBe("₹1 Cr");
    expect(money.short("1000000")).toBe("₹10 L");
    expect(money.short("123456789012")).toBe("₹12,345.68 Cr");
  });
  test("percent has two places and a sign", () => {
    expect(money.percent("1.254")).toBe("+1.25%");
    expect(money.percent("-0.5")).toBe("−0.50%");
  });
  test("quantities have no decimals", () => {
    expect(money.quantity(125000)).toBe("1,25,000");
    expect(money.quantity(-75, { sign: true })).toBe("−75");
  });
  test("unknown is a dash", () => {
    for (const text of [money.rupees(null), money.price(undefined), money.short(""), money.quantity(null)])
      expect(text).toBe("—");
  });
});

describe("arithmetic", () => {
  test("a price times a quantity is exact", () => {
    expect(money.rupees(money.times(amount("1502.35"), 1333))).toBe("₹20,02,632.55");
  });
  test("arrows step to the next tick, and first onto the grid", () => {
    const tick = amount("0.05");
    expect(money.toWire(money.stepBy(amount("100.00"), tick, 1))).toBe("100.05");
    expect(money.toWire(money.stepBy(amount("100.02"), tick, 1))).toBe("100.05");
    expect(money.toWire(money.stepBy(amount("100.02"), tick, -1))).toBe("100.00");
    expect(money.toWire(money.stepBy(amount("0.05"), tick, -1))).toBe("0.05");
  });
  test("percentages of an investment", () => {
    expect(money.percent(money.percentOf(amount("50"), amount("200")))).toBe("+25.00%");
    expect(money.percentOf(amount("1"), amount("0"))).toBeNull();
  });
});
