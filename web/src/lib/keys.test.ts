import { expect, test } from "vitest";
import { keyOfLast, keysByWhat } from "./keys";

test("what is made keeps its key; a change asked after another one is a new request", () => {
  const [made, changed] = [keysByWhat(), keyOfLast()];
  const [first, other, again] = [made({ q: 10 }), made({ q: 5 }), made({ q: 10 })];
  expect(again).toBe(first);
  expect(other).not.toBe(first);
  const price = changed({ price: "1" });
  expect(changed({ price: "1" })).toBe(price);
  changed({ price: "2" });
  expect(changed({ price: "1" })).not.toBe(price);
});
