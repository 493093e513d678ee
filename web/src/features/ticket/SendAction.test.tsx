import { act, cleanup, render, screen } from "@testing-library/react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, test } from "vitest";
import { SendAction } from "./SendAction";

const nothing = () => {};
const action = (ready: boolean) => (
  <SendAction side="BUY" paper ready={ready} why="no plan" onBack={nothing} onSend={nothing} />
);
const send = () => screen.getByRole("button", { name: "Send PAPER order" });

afterEach(cleanup);

test("sending has the focus as soon as it is in the page, so that no Enter falls into a gap", async () => {
  const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
  const holder = document.body.appendChild(document.createElement("div"));
  const root = createRoot(holder);
  // As in the browser: what React leaves for after the painting has not happened when the page has changed.
  environment.IS_REACT_ACT_ENVIRONMENT = false;
  const focused = await new Promise<Element | null>((seen) => {
    new MutationObserver(() => seen(document.activeElement)).observe(holder, { childList: true });
    root.render(action(true));
  });
  expect(focused).toBe(send());
  environment.IS_REACT_ACT_ENVIRONMENT = true;
  act(() => root.unmount());
  holder.remove();
});

test("sending gets the focus back that it lost while it could not send", () => {
  const { rerender } = render(action(true));
  rerender(action(false));
  send().blur(); // browsers take the focus from what is disabled
  rerender(action(true));
  expect(document.activeElement).toBe(send());
});

test("sending takes the focus from nobody who has gone elsewhere", () => {
  const { rerender } = render(action(false));
  const change = screen.getByRole("button", { name: "Change" });
  change.focus();
  rerender(action(true));
  expect(document.activeElement).toBe(change);
});
