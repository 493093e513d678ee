import { expect, test } from "vitest";
import { traceparent } from "./trace";

test("a call has a name of its own, in the form that every collector reads", () => {
  const [one, other] = [traceparent(), traceparent()];
  expect(one).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(other).not.toBe(one);
});
