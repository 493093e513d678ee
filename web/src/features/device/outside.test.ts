import { expect, test } from "vitest";
import type { Prefs } from "@/lib/prefs";
import { isQuiet, minutesOf, type Outside, worded } from "./outside";

const chosen: Prefs["notify"] = { on: true, off: [], amounts: false, quietFrom: null, quietTo: null };
const fill: Outside = {
  topic: "fills",
  title: "Buy INFY: filled",
  text: "Zerodha",
  withAmounts: "10 at 1,502.35, Zerodha",
};
const NOON = 12 * 60;

test("no amount is told unless it was asked for", () => {
  expect(worded(fill, chosen, NOON)).toEqual({ title: "Buy INFY: filled", body: "Zerodha" });
  expect(worded(fill, { ...chosen, amounts: true }, NOON)?.body).toBe("10 at 1,502.35, Zerodha");
});

test("a topic that was left out, or everything, stays inside", () => {
  expect(worded(fill, { ...chosen, off: ["fills"] }, NOON)).toBeNull();
  expect(worded(fill, { ...chosen, on: false }, NOON)).toBeNull();
});

test("quiet hours go over midnight, and begin and end at their minutes", () => {
  const at = (time: string) => isQuiet(minutesOf(time) as number, "22:00", "07:30");
  expect([at("21:59"), at("22:00"), at("23:59"), at("00:00"), at("07:29"), at("07:30"), at("12:00")]).toEqual([
    false,
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(worded(fill, { ...chosen, quietFrom: "11:00", quietTo: "13:00" }, NOON)).toBeNull();
});

test("half a choice of quiet hours is none", () => {
  expect(isQuiet(0, "22:00", null)).toBe(false);
  expect(isQuiet(0, "22:00", "22:00")).toBe(false);
  expect(minutesOf("25:00")).toBeNull();
});
