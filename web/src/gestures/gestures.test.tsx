import { act, fireEvent, render, screen } from "@testing-library/react";
import { useRef } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setPrefs } from "@/lib/prefs";
import { haptic, RefreshButton, SwipeRow, useLongPress, usePullToRefresh, useTwoFingerTap } from ".";
import { PRESS_FOR } from "./press";
import { resisted } from "./pull";

const vibrate = vi.fn();
// jsdom knows neither capture nor motors.
Object.assign(Element.prototype, {
  setPointerCapture: () => {},
  releasePointerCapture: () => {},
  hasPointerCapture: () => false,
});
beforeEach(() => Object.assign(navigator, { vibrate }));
afterEach(() => {
  setPrefs({ haptics: true });
  vibrate.mockReset();
  vi.useRealTimers();
});

function drag(element: Element, steps: [number, number][], end: "up" | "cancel" = "up", pointerType = "touch"): void {
  const at = (x: number, y: number) => ({
    pointerId: 1,
    pointerType,
    isPrimary: true,
    buttons: 1,
    clientX: x,
    clientY: y,
  });
  fireEvent.pointerDown(element, at(200, 200));
  for (const [x, y] of steps) fireEvent.pointerMove(element, at(200 + x, 200 + y));
  const [x, y] = steps.at(-1) ?? [0, 0];
  if (end === "up") fireEvent.pointerUp(element, { ...at(200 + x, 200 + y), buttons: 0 });
  else fireEvent.pointerCancel(element, at(200 + x, 200 + y));
}

function showRow() {
  const [onBuy, onSell, onOpen] = [vi.fn(), vi.fn(), vi.fn()];
  const { container } = render(
    <SwipeRow onBuy={onBuy} onSell={onSell}>
      <button type="button" onClick={onOpen}>
        INFY
      </button>
    </SwipeRow>,
  );
  return { onBuy, onSell, onOpen, row: screen.getByRole("button"), frame: container.firstElementChild as HTMLElement };
}

const far: [number, number][] = [
  [20, 0],
  [60, 0],
  [120, 2],
];
const farLeft = far.map(([x, y]): [number, number] => [-x, y]);

test("a row swiped right buys, left sells, and the click under the finger does not count", () => {
  const { onBuy, onSell, row } = showRow();
  drag(row, far);
  expect([onBuy.mock.calls.length, onSell.mock.calls.length]).toEqual([1, 0]);
  drag(row, farLeft);
  expect([onBuy.mock.calls.length, onSell.mock.calls.length]).toEqual([1, 1]);
});

test.each([
  [
    "is let go too early",
    [
      [20, 0],
      [50, 0],
    ],
    "up",
    "touch",
  ],
  [
    "comes back",
    [
      [20, 0],
      [120, 0],
      [10, 0],
    ],
    "up",
    "touch",
  ],
  [
    "turns into scrolling, which the browser takes over",
    [
      [20, 0],
      [120, 0],
    ],
    "cancel",
    "touch",
  ],
  [
    "goes down the page first",
    [
      [2, 30],
      [120, 60],
    ],
    "up",
    "touch",
  ],
  [
    "is a mouse that selects text",
    [
      [20, 0],
      [120, 0],
    ],
    "up",
    "mouse",
  ],
] as [string, [number, number][], "up" | "cancel", string][])(
  "a swipe that %s does nothing",
  (_why, steps, end, type) => {
    const { onBuy, row, frame } = showRow();
    drag(row, steps, end, type);
    expect(onBuy).not.toHaveBeenCalled();
    expect(frame.dataset.swipe).toBeUndefined();
  },
);

test("while it is swiped the row says what letting go does, and once when it counts", () => {
  const { row, frame } = showRow();
  const at = (x: number) => ({
    pointerId: 1,
    pointerType: "touch",
    isPrimary: true,
    buttons: 1,
    clientX: x,
    clientY: 0,
  });
  fireEvent.pointerDown(row, at(0));
  fireEvent.pointerMove(row, at(40));
  expect([frame.dataset.swipe, frame.dataset.armed]).toEqual(["right", undefined]);
  fireEvent.pointerMove(row, at(100));
  fireEvent.pointerMove(row, at(110));
  expect(frame.dataset.armed).toBe("");
  expect(vibrate).toHaveBeenCalledTimes(1);
  fireEvent.pointerUp(row, { ...at(110), buttons: 0 });
  expect([frame.dataset.swipe, frame.dataset.armed]).toEqual([undefined, undefined]);
});

test("a tap on a row that can be swiped is a tap", () => {
  const { onOpen, onBuy, row } = showRow();
  drag(row, []);
  fireEvent.click(row);
  expect(onOpen).toHaveBeenCalledTimes(1);
  expect(onBuy).not.toHaveBeenCalled();
});

function Pressed({ onPress, onClick }: { onPress: () => void; onClick: () => void }) {
  return (
    <button type="button" {...useLongPress(onPress)} onClick={onClick}>
      row
    </button>
  );
}

const finger = { pointerId: 1, pointerType: "touch", isPrimary: true, clientX: 5, clientY: 5 };

test("a finger that rests selects, and its click does not open", () => {
  vi.useFakeTimers();
  const [onPress, onClick] = [vi.fn(), vi.fn()];
  render(<Pressed onPress={onPress} onClick={onClick} />);
  const row = screen.getByRole("button");
  fireEvent.pointerDown(row, finger);
  vi.advanceTimersByTime(PRESS_FOR);
  fireEvent.pointerUp(row, finger);
  fireEvent.click(row);
  expect([onPress.mock.calls.length, onClick.mock.calls.length]).toEqual([1, 0]);
  fireEvent.click(row);
  expect(onClick).toHaveBeenCalledTimes(1);
});

test("a finger that moves, lifts early or scrolls selects nothing", () => {
  vi.useFakeTimers();
  const onPress = vi.fn();
  render(<Pressed onPress={onPress} onClick={vi.fn()} />);
  const row = screen.getByRole("button");
  for (const end of [
    () => fireEvent.pointerMove(row, { ...finger, clientY: 30 }),
    () => fireEvent.pointerUp(row, finger),
    () => fireEvent.pointerCancel(row, finger),
  ]) {
    fireEvent.pointerDown(row, finger);
    end();
    vi.advanceTimersByTime(PRESS_FOR * 2);
  }
  expect(onPress).not.toHaveBeenCalled();
});

const touch = (target: Element, identifier: number, x: number, y: number) =>
  ({ identifier, target, clientX: x, clientY: y }) as unknown as Touch;

function Tapped({ onTap }: { onTap: () => void }) {
  const area = useRef<HTMLDivElement>(null);
  useTwoFingerTap(area, onTap);
  return <div ref={area} data-testid="area" />;
}

test("two fingers that tap flip the view; a pinch and one finger do not", () => {
  const onTap = vi.fn();
  render(<Tapped onTap={onTap} />);
  const area = screen.getByTestId("area");
  const both = [touch(area, 1, 10, 10), touch(area, 2, 90, 10)];
  const tap = (moved?: Touch[]) => {
    fireEvent.touchStart(area, { touches: both });
    if (moved) fireEvent.touchMove(area, { touches: moved });
    fireEvent.touchEnd(area, { touches: [both[0]] });
    fireEvent.touchEnd(area, { touches: [] });
  };
  tap();
  expect(onTap).toHaveBeenCalledTimes(1);
  tap([touch(area, 1, 10, 10), touch(area, 2, 140, 10)]);
  fireEvent.touchStart(area, { touches: [both[0]] });
  fireEvent.touchEnd(area, { touches: [] });
  expect(onTap).toHaveBeenCalledTimes(1);
});

function Pulled({ refresh }: { refresh: () => Promise<unknown> }) {
  const [area, sign] = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)];
  const state = usePullToRefresh(area, sign, refresh);
  return (
    <div ref={area} data-testid="page">
      <div ref={sign}>{state}</div>
    </div>
  );
}

function pull(page: Element, ...steps: [number, number][]): void {
  fireEvent.touchStart(page, { touches: [touch(page, 1, 100, 100)] });
  for (const [x, y] of steps) fireEvent.touchMove(page, { touches: [touch(page, 1, 100 + x, 100 + y)] });
}

test("a page pulled far enough at its top is read anew once", async () => {
  let done = () => {};
  const refresh = vi.fn(() => new Promise<void>((resolve) => (done = resolve)));
  render(<Pulled refresh={refresh} />);
  const page = screen.getByTestId("page");
  pull(page, [0, 40], [2, 200]);
  expect(page.textContent).toBe("armed");
  fireEvent.touchEnd(page, { touches: [] });
  expect(page.textContent).toBe("refreshing");
  pull(page, [0, 200]);
  fireEvent.touchEnd(page, { touches: [] });
  await act(async () => done());
  expect(page.textContent).toBe("idle");
  expect(refresh).toHaveBeenCalledTimes(1);
});

test.each([
  ["a short pull", [[0, 40]]],
  [
    "a sideways swipe",
    [
      [40, 20],
      [200, 200],
    ],
  ],
  [
    "an upward scroll",
    [
      [0, -20],
      [0, 200],
    ],
  ],
  [
    "a pull that is taken back",
    [
      [0, 200],
      [0, 12],
    ],
  ],
] as [string, [number, number][]][])("%s refreshes nothing", (_what, steps) => {
  const refresh = vi.fn(async () => {});
  render(<Pulled refresh={refresh} />);
  const page = screen.getByTestId("page");
  pull(page, ...steps);
  fireEvent.touchEnd(page, { touches: [] });
  expect(refresh).not.toHaveBeenCalled();
  expect(page.textContent).toBe("idle");
});

test("a button does what pulling does", async () => {
  const refresh = vi.fn(async () => {});
  render(<RefreshButton onRefresh={refresh} />);
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Read anew" })));
  expect(refresh).toHaveBeenCalledTimes(1);
});

test("a buzz is felt only where it is wanted", () => {
  haptic("fill");
  setPrefs({ haptics: false });
  haptic("fill");
  expect(vibrate).toHaveBeenCalledTimes(1);
});

test("resistance grows and never passes the most", () => {
  expect([resisted(0, 100), resisted(1, 100) > 0.98, resisted(1e6, 100), resisted(-1e6, 100)]).toEqual([
    0,
    true,
    100,
    -100,
  ]);
});
