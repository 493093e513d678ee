import { expect, test } from "vitest";
import { age, dayName, dayTime, istDay, preciseTime, until } from "./time";

const now = Date.parse("2026-11-20T10:00:00+05:30");

test("times are shown in IST wherever the browser stands", () => {
  expect(dayTime("2026-11-20T04:11:00Z", now)).toBe("09:41");
  expect(preciseTime("2026-11-20T09:41:07.045+05:30")).toBe("09:41:07.045");
});
test("another day is named", () => {
  expect(dayTime("2026-11-19T15:29:00+05:30", now)).toBe("19 Nov 15:29");
});
test("every number has an age in words", () => {
  expect(age("2026-11-20T09:59:48+05:30", now)).toBe("12 s old");
  expect(age("2026-11-20T09:55:00+05:30", now)).toBe("5 min old");
  expect(age("2026-11-20T09:00:00+05:30", now)).toBe("as of 09:00 IST");
  expect(age(null, now)).toBe("age unknown");
});
test("an expiry clock counts down", () => {
  expect(until("2026-11-20T13:12:00+05:30", now)).toBe("in 3 h 12 min");
  expect(until("2026-11-20T09:00:00+05:30", now)).toBe("passed");
});
test("a day begins at midnight in India", () => {
  expect(istDay("2026-11-20T18:29:59Z")).toBe("2026-11-20");
  expect(istDay("2026-11-20T18:30:00Z")).toBe("2026-11-21");
  expect(dayName("2026-11-20T18:30:00Z")).toContain("21 Nov");
});
