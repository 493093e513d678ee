import { expect, test } from "vitest";
import type { Interval } from "@/api";
import { beginning } from "./candleTime";

const at = (time: string, day = "2026-11-20"): number => Date.parse(`${day}T${time}Z`) / 1000;

test.each<[string, Interval, string | null, string]>([
  ["10:05:30", "1m", "10:05:00", "10:05:00"],
  ["10:07:00", "5m", "10:05:00", "10:05:00"],
  ["10:10:00", "5m", "10:05:00", "10:10:00"],
  ["10:05:00", "1h", "09:15:00", "09:15:00"],
  ["10:15:00", "1h", "09:15:00", "10:15:00"],
  ["13:20:00", "1h", "09:15:00", "13:15:00"],
  ["10:05:00", "1h", null, "09:15:00"],
  ["09:20:00", "1h", "09:00:00", "09:00:00"], // commodities open at nine
  ["10:07:59", "3m", "10:06:00", "10:06:00"],
  ["10:44:00", "30m", "09:45:00", "10:15:00"],
  ["10:05:00", "1d", "00:00:00", "00:00:00"],
])("a price of %s is of the %s candle after %s that begins at %s", (moment, interval, last, begins) => {
  expect(beginning(at(moment), last === null ? null : at(last), interval)).toBe(at(begins));
});

test("a new day begins at its own opening, whatever the last candle of the day before was", () => {
  const before = at("15:15:00", "2026-11-19");
  expect(beginning(at("09:15:01"), before, "1h")).toBe(at("09:15:00"));
  expect(beginning(at("09:15:01"), before, "1d")).toBe(at("00:00:00"));
});

test("a week begins on Monday and a month on its first", () => {
  expect(beginning(at("10:00:00", "2026-11-20"), null, "1w")).toBe(at("00:00:00", "2026-11-16"));
  expect(beginning(at("10:00:00", "2026-11-16"), null, "1w")).toBe(at("00:00:00", "2026-11-16"));
  expect(beginning(at("10:00:00", "2026-11-15"), null, "1w")).toBe(at("00:00:00", "2026-11-09"));
  expect(beginning(at("10:00:00", "2026-11-20"), null, "1mo")).toBe(at("00:00:00", "2026-11-01"));
});
