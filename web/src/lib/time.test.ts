import { expect, test } from "vitest";
import { age, dayName, dayTime, istDay, longDate, preciseTime, shortDay, span, timeOfDay, until } from "./time";

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
test("the calendar agrees with the browser's own, in every month and at the edges of days and years", () => {
  const own = (parts: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Kolkata", hourCycle: "h23", ...parts });
  const clock = own({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const long = own({ day: "numeric", month: "long", year: "numeric" });
  const weekday = own({ weekday: "short" });
  for (let at = Date.parse("2023-12-25T18:29:59.999Z"); at < Date.parse("2029-01-05"); at += 86_400_000 * 6.37) {
    expect(timeOfDay(at)).toBe(clock.format(at));
    expect(longDate(at)).toBe(long.format(at));
    expect(dayName(at).slice(0, 3)).toBe(weekday.format(at));
    expect(longDate(at)).toContain(shortDay(at).slice(3));
  }
});
test("a length of time is in words", () => {
  expect([span(0), span(59.4), span(240), span(7500)]).toEqual(["0 s", "59 s", "4 min", "2 h 5 min"]);
});
