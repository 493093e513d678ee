import { expect, test } from "vitest";
import { daysOf } from "./days";

const at = (text: string) => Date.parse(text);

test("ranges end today and are counted in IST", () => {
  const now = at("2026-11-20T20:00:00Z"); // 01:30 on the 21st in India
  expect(daysOf("today", now)).toEqual({ from: "2026-11-21", to: undefined });
  expect(daysOf("week", now).from).toBe("2026-11-15");
  expect(daysOf("all", now)).toEqual({ from: undefined, to: undefined });
});

test("a financial year begins on the first of April", () => {
  expect(daysOf("year", at("2026-11-20T10:00:00+05:30")).from).toBe("2026-04-01");
  expect(daysOf("year", at("2027-03-31T10:00:00+05:30")).from).toBe("2026-04-01");
  expect(daysOf("year", at("2027-04-01T10:00:00+05:30")).from).toBe("2027-04-01");
});
