import { expect, test } from "vitest";
import { faultOf, noFault } from "./fault";

const draft = noFault("upstox");

test("a fault is sent as it is filled in", () => {
  expect(faultOf(draft, false)).toEqual({
    broker: "upstox",
    fault: "timeout_after_accept",
    call: "place",
    times: 1,
    probability: 1,
  });
  expect(faultOf({ ...draft, fault: "delay", call: "", times: "", percent: "25" }, true)).toEqual({
    broker: "upstox",
    fault: "delay",
    call: null,
    times: null,
    probability: 0.25,
    seconds: 2,
  });
});

test.each([
  ["times", "0"],
  ["times", "1.5"],
  ["percent", "0"],
  ["percent", "101"],
  ["percent", "x"],
])("%s of %s cannot be sent", (field, value) => {
  expect(faultOf({ ...draft, [field]: value }, false)).toBeNull();
});

test("a fault that lasts needs its seconds", () => {
  expect(faultOf({ ...draft, seconds: "" }, true)).toBeNull();
});
