import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PriceCell } from "./PriceCell";
import { type Mode, startPrices, type Tick, takeMessage, takeTick, useTick } from "./prices";

const wire = vi.hoisted(() => ({ sent: [] as object[], begin: (): void => undefined }));
vi.mock("@/api/live", () => ({
  join: (part: { onLive: () => void }) => {
    wire.begin = part.onLive;
    return () => undefined;
  },
  send: (message: object) => wire.sent.push(message),
  liveState: () => "live",
  onLiveState: () => () => undefined,
}));
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  cleanup();
  vi.advanceTimersByTime(10_000);
  vi.useRealTimers();
  wire.sent = [];
});

const tick = (symbol: string, ltp: string): Tick => ({
  symbol,
  ltp,
  change: "1.00",
  change_percent: "0.10",
  timestamp: new Date().toISOString(),
  prev_close: "99.00",
  source: "zerodha",
});
const nextFrame = () => act(() => new Promise<void>((done) => requestAnimationFrame(() => done())));

const renders: Record<string, number> = {};
function Counted({ symbol }: { symbol: string }) {
  const latest = useTick(symbol);
  renders[symbol] = (renders[symbol] ?? 0) + 1;
  return <p>{`${symbol} ${latest?.ltp ?? "none"}`}</p>;
}

test("ticks of one frame reach a cell once, and only the cell they are for", async () => {
  render(
    <>
      <Counted symbol="NSE:AAA" />
      <Counted symbol="NSE:BBB" />
    </>,
  );
  for (let step = 1; step <= 50; step += 1) takeTick(tick("NSE:AAA", `${100 + step}.00`));
  await nextFrame();
  expect(screen.getByText("NSE:AAA 150.00")).toBeTruthy();
  expect(renders).toEqual({ "NSE:AAA": 2, "NSE:BBB": 1 });
});

test("several prices in one message are taken, and what is no price is passed over", async () => {
  render(
    <>
      <Counted symbol="NSE:EEE" />
      <Counted symbol="NSE:FFF" />
    </>,
  );
  takeMessage({ type: "prices", prices: [tick("NSE:EEE", "10.00"), tick("NSE:FFF", "20.00")] });
  takeMessage({ type: "heartbeat", at: "2026-11-21T10:00:00.000+05:30" });
  takeMessage({ ...tick("NSE:FFF", "21.00") });
  await nextFrame();
  expect(screen.getByText("NSE:EEE 10.00")).toBeTruthy();
  expect(screen.getByText("NSE:FFF 21.00")).toBeTruthy();
});

test("without any price there is a dash with its reason, never a zero", () => {
  render(<PriceCell symbol="NSE:CCC" />);
  expect(screen.getByText("unknown: no price received yet")).toBeTruthy();
});

test("an old price is greyed and says its age", () => {
  const old = new Date(Date.now() - 240_000).toISOString();
  render(<PriceCell symbol="NSE:DDD" fallback="1234.5" fallbackAt={old} />);
  const cell = screen.getByTitle("4 min old");
  expect(cell.className).toContain("text-stale");
  expect(cell.textContent).toContain("1,234.50");
});

function Watched({ symbol, mode }: { symbol: string; mode: Mode }) {
  useTick(symbol, mode);
  return null;
}

test("as much of a symbol is asked for as the most curious wants, in few messages, and again after a break", () => {
  const stop = startPrices();
  const { rerender, unmount } = render(
    <>
      <Watched symbol="NSE:GGG" mode="ltp" />
      <Watched symbol="NSE:GGG" mode="depth" />
      <Watched symbol="NSE:HHH" mode="ltp" />
    </>,
  );
  vi.advanceTimersByTime(1000);
  const both = [
    { action: "subscribe", mode: "ltp", symbols: ["NSE:HHH"] },
    { action: "subscribe", mode: "depth", symbols: ["NSE:GGG"] },
  ];
  expect(wire.sent).toEqual(both);
  wire.begin();
  expect(wire.sent).toEqual([...both, ...both]);
  wire.sent = [];
  rerender(<Watched symbol="NSE:GGG" mode="ltp" />);
  vi.advanceTimersByTime(5000);
  expect(wire.sent).toEqual([
    { action: "unsubscribe", symbols: ["NSE:HHH"] },
    { action: "subscribe", mode: "ltp", symbols: ["NSE:GGG"] },
  ]);
  unmount();
  vi.advanceTimersByTime(5000);
  expect(wire.sent.at(-1)).toEqual({ action: "unsubscribe", symbols: ["NSE:GGG"] });
  stop();
});
