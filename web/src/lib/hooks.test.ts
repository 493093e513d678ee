import { act, renderHook } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { useOnline } from "./hooks";
import { markReachable } from "./reachable";

afterEach(() => markReachable(true));

test("nothing can be sent while the server does not answer, network or not", () => {
  const seen = renderHook(useOnline);
  expect(seen.result.current).toBe(true);
  act(() => markReachable(false));
  expect(seen.result.current).toBe(false);
  expect(document.documentElement.dataset.reach).toBe("gone");
  act(() => markReachable(true));
  expect(seen.result.current).toBe(true);
});
