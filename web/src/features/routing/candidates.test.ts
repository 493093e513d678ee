import { expect, test } from "vitest";
import * as money from "@/lib/money";
import { decision } from "@/test/fixtures";
import { candidatesOf } from "./candidates";

test("the chosen plan comes first, then what was possible, then what was not", () => {
  expect(candidatesOf(decision).map((candidate) => candidate.legs[0]?.broker)).toEqual(["zerodha", "upstox", "groww"]);
});

test("an alternative says how much more it would have cost, or why it was not possible", () => {
  const [, upstox, groww] = candidatesOf(decision);
  expect(money.rupees(upstox?.more)).toBe("₹18.40");
  expect(groww?.why).toEqual(["Groww asks for login"]);
});

test("the chosen plan is not listed again among its alternatives", () => {
  const chosen = { accounts: decision.plan ?? [] };
  const repeated = {
    ...chosen,
    total_cost: "1.79",
    charges: decision.charges,
    feasible: true,
    reasons: [],
    beaten_by: null,
  };
  expect(candidatesOf({ ...decision, alternatives: [repeated] })).toHaveLength(1);
});
