// Live prices: each symbol subscribed while somebody looks, as much of it as is looked at, listeners told at most once a frame.
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Quote } from "@/api";
import { join, liveState, onLiveState, send } from "@/api/live";
import type { SocketState } from "@/api/socket";

/** "ltp": the price; "quote": and the day; "depth": and the best five levels. */
export type Mode = "ltp" | "quote" | "depth";
const MODES: readonly Mode[] = ["ltp", "quote", "depth"];

export interface Tick {
  symbol: string;
  ltp: string;
  change: string | null;
  change_percent: string | null;
  timestamp: string;
  prev_close: string | null;
  source: string | null;
  /** The day so far, where it was asked for; null is what nobody told yet. */
  open?: string | null;
  high?: string | null;
  low?: string | null;
  average_price?: string | null;
  volume?: number | null;
  open_interest?: number | null;
  day_as_of?: string | null;
  depth?: Quote["depth"] | null;
  depth_as_of?: string | null;
}

const ticks = new Map<string, Tick>();
const watchers = new Map<string, Set<() => void>>();
const wanted = new Map<string, Record<Mode, number>>();
const asked = new Map<string, Mode>(); // as the server knows it
let changed = new Set<string>();
let frame = 0;

function flush(): void {
  frame = 0;
  const symbols = changed;
  changed = new Set();
  for (const symbol of symbols) for (const told of watchers.get(symbol) ?? []) told();
}

/** Takes a tick in; the screen hears of it with the next frame. */
export function takeTick(tick: Tick): void {
  ticks.set(tick.symbol, tick);
  changed.add(tick.symbol);
  if (frame === 0) frame = requestAnimationFrame(flush);
}

/** One price, or several in one message. Everything else is passed over. */
export function takeMessage(message: Record<string, unknown>): void {
  const prices = Array.isArray(message.prices) ? message.prices : [message];
  for (const price of prices as Record<string, unknown>[])
    if (typeof price.symbol === "string" && typeof price.ltp === "string") takeTick(price as unknown as Tick);
}

/** Takes prices from the live connection until it is told to stop. */
export function startPrices(): () => void {
  const leave = join({
    onMessage: takeMessage,
    onLive: () => {
      asked.clear();
      sendWishes();
    },
  });
  return () => {
    leave();
    asked.clear();
    ticks.clear();
  };
}

// Rows mount and unmount by the dozen, more so while one scrolls: their wishes go out together, well within what the
// server takes, and what left the screen stays subscribed for a moment in case it comes back.
const WISHES_AFTER = 60;
const WISHES_APART = 400;
const LEAVE_AFTER = 3000;
let wishes: ReturnType<typeof setTimeout> | undefined;
let farewell = false; // whether one is under way
let sentAt = 0;

function most(counts: Record<Mode, number>): Mode {
  return counts.depth > 0 ? "depth" : counts.quote > 0 ? "quote" : "ltp";
}

function sendWishes(): void {
  clearTimeout(wishes);
  wishes = undefined;
  if (liveState() !== "live") return; // all of them go out at the next start
  sentAt = Date.now();
  for (const mode of MODES) {
    const symbols = [...wanted]
      .filter(([symbol, counts]) => most(counts) === mode && asked.get(symbol) !== mode)
      .map(([symbol]) => symbol);
    for (const symbol of symbols) asked.set(symbol, mode);
    if (symbols.length) send({ action: "subscribe", mode, symbols });
  }
}

function sendLeaving(): void {
  farewell = false;
  const symbols = [...asked.keys()].filter((symbol) => !wanted.has(symbol));
  for (const symbol of symbols) asked.delete(symbol);
  if (symbols.length) send({ action: "unsubscribe", symbols });
  sendWishes(); // of some less is wanted now
}

function want(symbol: string, mode: Mode): () => void {
  const counts = wanted.get(symbol) ?? { ltp: 0, quote: 0, depth: 0 };
  counts[mode] += 1;
  wanted.set(symbol, counts);
  const rest = Math.min(WISHES_APART, sentAt + WISHES_APART - Date.now());
  wishes ??= setTimeout(sendWishes, Math.max(WISHES_AFTER, rest));
  return () => {
    counts[mode] -= 1;
    if (counts.ltp + counts.quote + counts.depth === 0) wanted.delete(symbol);
    if (!farewell) setTimeout(sendLeaving, LEAVE_AFTER);
    farewell = true;
  };
}

function watch(symbol: string, told: () => void): () => void {
  const set = watchers.get(symbol) ?? new Set();
  watchers.set(symbol, set.add(told));
  return () => {
    set.delete(told);
    if (set.size === 0) watchers.delete(symbol);
  };
}

/** The latest tick of a symbol ("NSE:INFY"), subscribed as long as the component lives. */
export function useTick(symbol: string | null, mode: Mode = "ltp"): Tick | undefined {
  useEffect(() => (symbol ? want(symbol, mode) : undefined), [symbol, mode]);
  return useSyncExternalStore(
    useMemo(() => (told: () => void) => (symbol ? watch(symbol, told) : () => undefined), [symbol]),
    () => (symbol ? ticks.get(symbol) : undefined),
  );
}

/** Calls back with every tick of a symbol, at most once a frame, without rendering anything; for what is drawn. */
export function followTick(symbol: string, mode: Mode, told: (tick: Tick) => void): () => void {
  const tell = () => {
    const tick = ticks.get(symbol);
    if (tick) told(tick);
  };
  const stops = [want(symbol, mode), watch(symbol, tell)];
  tell();
  return () => {
    for (const stop of stops) stop();
  };
}

/** Ticks of many symbols for sums and sorting, refreshed at most twice a second. */
export function useTicks(symbols: readonly string[]): ReadonlyMap<string, Tick> {
  const key = symbols.join(" ");
  const [snapshot, setSnapshot] = useState<ReadonlyMap<string, Tick>>(new Map());
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: key stands for the contents of symbols
  useEffect(() => {
    const take = () => {
      waiting.current = undefined;
      setSnapshot(
        new Map(symbols.flatMap((symbol) => (ticks.has(symbol) ? [[symbol, ticks.get(symbol) as Tick]] : []))),
      );
    };
    const told = () => {
      waiting.current ??= setTimeout(take, 500);
    };
    const stops = symbols.flatMap((symbol) => [want(symbol, "ltp"), watch(symbol, told)]);
    take();
    return () => {
      clearTimeout(waiting.current);
      waiting.current = undefined;
      for (const stop of stops) stop();
    };
  }, [key]);
  return snapshot;
}

export function usePriceFeedState(): SocketState {
  return useSyncExternalStore(onLiveState, liveState);
}
