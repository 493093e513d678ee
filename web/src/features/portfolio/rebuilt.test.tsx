import { expect, test } from "vitest";
import { wholeOf } from "./evenings";
import { missingOf } from "./Rebuilt";

const days = [
  { day: "2026-10-01", shares: "1000.00", shares_known: "1000.00", lacking: [] },
  {
    day: "2026-10-02",
    shares: null,
    shares_known: "400.00",
    lacking: [
      { account: "a-z", symbol: "TCS", reason: "trades_do_not_add_up" as const },
      { account: "a-z", symbol: null, reason: "not_rebuilt" as const },
    ],
  },
  {
    day: "2026-10-03",
    shares: null,
    shares_known: "400.00",
    lacking: [{ account: "a-z", symbol: "TCS", reason: "trades_do_not_add_up" as const }],
  },
];

test("an evening that is known in part is never drawn as if it were whole, and what it lacks is told once", () => {
  expect(wholeOf(days).map(({ at }) => at)).toEqual(["2026-10-01"]);
  expect(missingOf(days)).toEqual([
    "TCS: its trades do not come to what the broker holds; import the trades of before",
    "an account was not asked for",
  ]);
});
