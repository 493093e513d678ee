import { act, render, renderHook, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { prefs, setPrefs } from "@/lib/prefs";
import { refuseInstall, useInstallOffered, watchInstall } from "./install";
import { UpdateBar } from "./UpdateBar";
import { offerUpdate } from "./update";

const NOON = Date.parse("2026-11-20T12:00:00+05:30");
const HOUR = 3_600_000;

beforeEach(() => setPrefs({ visits: 0, visitedAt: null, installRefused: false }));

const offered = (accounts: number): boolean => renderHook(() => useInstallOffered(accounts)).result.current;

test("installing is offered from the second visit on, with an account, until it was refused", () => {
  watchInstall(NOON);
  act(() => void window.dispatchEvent(new Event("beforeinstallprompt", { cancelable: true })));
  expect(offered(1)).toBe(false);
  watchInstall(NOON + HOUR);
  expect(prefs().visits).toBe(2);
  expect(offered(0)).toBe(false);
  expect(offered(1)).toBe(true);
  act(refuseInstall);
  expect(offered(1)).toBe(false);
});

test("a page loaded again within half an hour is the same visit", () => {
  watchInstall(NOON);
  watchInstall(NOON + 60_000);
  expect(prefs().visits).toBe(1);
});

test("a newer version is loaded when it is asked for, and put off until the next one", async () => {
  const user = userEvent.setup();
  const taken: string[] = [];
  render(<UpdateBar />);
  expect(screen.getByRole("status").textContent).toBe("");
  act(() => offerUpdate(() => taken.push("first")));
  await user.click(screen.getByRole("button", { name: "Later" }));
  expect(screen.getByRole("status").textContent).toBe("");
  act(() => offerUpdate(() => taken.push("second")));
  await user.click(screen.getByRole("button", { name: "Load it" }));
  expect(taken).toEqual(["second"]);
});
