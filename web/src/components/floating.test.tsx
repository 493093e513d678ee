import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Button } from "./button";
import { HoldButton, SlideToConfirm } from "./hold";
import { Menu } from "./menu";
import { Sheet } from "./sheet";
import { TabPanel, Tabs } from "./tabs";

afterEach(() => {
  vi.useRealTimers();
});

function WithSheet() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Open it</Button>
      <Sheet open={open} onClose={() => setOpen(false)} title="Filters" desk="panel" footer={<Button>Apply</Button>}>
        <p>Inside</p>
      </Sheet>
    </>
  );
}

test("a sheet closes with Escape and gives the focus back to what opened it", async () => {
  const user = userEvent.setup();
  render(<WithSheet />);
  await user.click(screen.getByRole("button", { name: "Open it" }));
  expect(screen.getByRole("dialog", { name: "Filters" }).textContent).toContain("Apply");
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Open it" }));
});

function WithTabs() {
  const [tab, setTab] = useState<"open" | "done">("open");
  const tabs = [
    { value: "open", label: "Open", count: 3 },
    { value: "done", label: "Executed" },
  ] as const;
  return (
    <Tabs label="Orders" value={tab} onChange={setTab} tabs={tabs}>
      <TabPanel value="open">still open</TabPanel>
      <TabPanel value="done">all done</TabPanel>
    </Tabs>
  );
}

test("arrow keys move between tabs and each shows its panel", async () => {
  const user = userEvent.setup();
  render(<WithTabs />);
  await user.click(screen.getByRole("tab", { name: "Open 3" }));
  expect(screen.getByRole("tabpanel").textContent).toBe("still open");
  await user.keyboard("{ArrowRight}");
  expect(screen.getByRole("tabpanel").textContent).toBe("all done");
});

test("a menu shows what cannot be chosen with its reason, and does not choose it", async () => {
  const user = userEvent.setup();
  const done: string[] = [];
  const items = [
    { label: "Exit", onSelect: () => done.push("exit") },
    { label: "Convert", onSelect: () => done.push("convert"), why: "The market is closed" },
  ];
  render(<Menu trigger={<Button>Actions</Button>} label="Actions of INFY" items={items} />);
  await user.click(screen.getByRole("button", { name: "Actions" }));
  const convert = screen.getByRole("menuitem", { name: /Convert/ });
  expect(convert.textContent).toContain("The market is closed");
  expect(convert.getAttribute("aria-disabled")).toBe("true");
  await user.keyboard("{ArrowDown}{Enter}");
  expect(done).toEqual(["exit"]);
});

describe("a button that is held", () => {
  const confirmed = vi.fn();
  beforeEach(() => {
    vi.useFakeTimers();
    confirmed.mockClear();
    render(<HoldButton onConfirm={confirmed}>Stop all trading</HoldButton>);
  });
  const button = () => screen.getByRole("button", { name: /Stop all trading/ });
  const wait = (milliseconds: number) => act(() => vi.advanceTimersByTime(milliseconds));

  test("does it after two seconds, once", () => {
    fireEvent.pointerDown(button(), { button: 0 });
    wait(1990);
    expect(confirmed).not.toHaveBeenCalled();
    wait(5000);
    expect(confirmed).toHaveBeenCalledTimes(1);
  });

  test("let go before, does nothing", () => {
    fireEvent.pointerDown(button(), { button: 0 });
    wait(1900);
    fireEvent.pointerUp(button());
    wait(5000);
    expect(confirmed).not.toHaveBeenCalled();
  });

  test("disabled while it is held, does nothing", () => {
    cleanup();
    const { rerender } = render(<HoldButton onConfirm={confirmed}>Stop all trading</HoldButton>);
    fireEvent.pointerDown(button(), { button: 0 });
    wait(1000);
    rerender(
      <HoldButton onConfirm={confirmed} disabled>
        Stop all trading
      </HoldButton>,
    );
    wait(5000);
    expect(confirmed).not.toHaveBeenCalled();
  });

  test("is held with Enter as with the pointer", () => {
    fireEvent.keyDown(button(), { key: "Enter" });
    wait(1000);
    fireEvent.keyDown(button(), { key: "Enter", repeat: true });
    wait(1000);
    expect(confirmed).toHaveBeenCalledTimes(1);
  });

  test("asks a screen reader's activation to be repeated", () => {
    fireEvent.click(button(), { detail: 0 });
    expect(confirmed).not.toHaveBeenCalled();
    expect(screen.getByRole("status").textContent).toBe("Press again within five seconds to confirm");
    fireEvent.click(button(), { detail: 0 });
    expect(confirmed).toHaveBeenCalledTimes(1);
  });

  test("forgets a single activation after five seconds", () => {
    fireEvent.click(button(), { detail: 0 });
    wait(5001);
    fireEvent.click(button(), { detail: 0 });
    expect(confirmed).not.toHaveBeenCalled();
  });
});

test("a slide confirms at the end only", () => {
  const sent = vi.fn();
  render(<SlideToConfirm onConfirm={sent} label="Slide to buy" look="buy" />);
  const thumb = screen.getByRole("slider", { name: "Slide to buy" });
  for (let step = 0; step < 4; step++) fireEvent.keyDown(thumb, { key: "ArrowRight" });
  expect(sent).not.toHaveBeenCalled();
  expect(thumb.getAttribute("aria-valuenow")).toBe("80");
  fireEvent.keyDown(thumb, { key: "ArrowRight" });
  expect(sent).toHaveBeenCalledTimes(1);
  expect(thumb.getAttribute("aria-valuenow")).toBe("0");
});

test("a slide that the system takes away at the end confirms nothing", () => {
  const sent = vi.fn();
  render(<SlideToConfirm onConfirm={sent} label="Slide to buy" look="buy" />);
  const thumb = screen.getByRole("slider", { name: "Slide to buy" });
  // jsdom knows no capture.
  Object.assign(thumb, {
    setPointerCapture: () => {},
    releasePointerCapture: () => {},
    hasPointerCapture: () => false,
  });
  vi.spyOn(thumb.parentElement as HTMLElement, "clientWidth", "get").mockReturnValue(300);
  const at = (clientX: number) => ({
    pointerId: 1,
    pointerType: "touch",
    isPrimary: true,
    buttons: 1,
    clientX,
    clientY: 10,
  });
  const slide = (end: "pointerUp" | "pointerCancel") => {
    fireEvent.pointerDown(thumb, at(10));
    fireEvent.pointerMove(thumb, at(100));
    fireEvent.pointerMove(thumb, at(300));
    fireEvent[end](thumb, { ...at(300), buttons: 0 });
  };
  slide("pointerUp");
  expect(sent).toHaveBeenCalledTimes(1);
  slide("pointerCancel");
  expect(sent).toHaveBeenCalledTimes(1);
});
