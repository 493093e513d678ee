// Live prices: one socket for all, each symbol subscribed while somebody looks, listeners told at most once a frame.
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { type LiveSocket, openSocket, type SocketState } from "@/api/socket";

export interface Tick {
  symbol: string;
  ltp: string;
  change: string | null;
  change_percent: string | null;
  timestamp: string;
  prev_close: string | null;
  source: string | null;
}

const ticks = new Map<string, Tick>();
const watchers = new Map<string, Set<() => void>>();
const wanted = new Map<string, number>();
const stateListeners = new Set<() => void>();
let changed = new Set<string>();
let frame = 0;
let socket: LiveSocket | null = null;
let state: SocketState = "down";

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

export function startPrices(): () => void {
  socket = openSocket({
    // Four times a second is as often as anyone can read; the server says something every ten seconds.
    path: "/v1/stocks/live?batch=true&pace=250",
    silence: 30_000,
    onMessage: takeMessage,
    onLive: () => {
      if (wanted.size) socket?.send({ action: "subscribe", symbols: [...wanted.keys()] });
    },
    onState: (next) => {
      state = next;
      for (const listener of stateListeners) listener();
    },
  });
  return () => {
    socket?.close();
    socket = null;
    ticks.clear();
  };
}

let asking = new Set<string>();
let leaving = new Set<string>();
let batch: ReturnType<typeof setTimeout> | undefined;

// Rows mount and unmount by the dozen: their wishes go out together.
function sendWishes(): void {
  batch = undefined;
  const subscribe = [...asking].filter((symbol) => wanted.has(symbol));
  const unsubscribe = [...leaving].filter((symbol) => !wanted.has(symbol));
  asking = new Set();
  leaving = new Set();
  if (subscribe.length) socket?.send({ action: "subscribe", symbols: subscribe });
  if (unsubscribe.length) socket?.send({ action: "unsubscribe", symbols: unsubscribe });
}

function sendSoon(): void {
  if (batch === undefined) batch = setTimeout(sendWishes, 30);
}

function want(symbol: string): () => void {
  const count = wanted.get(symbol) ?? 0;
  wanted.set(symbol, count + 1);
  if (count === 0) asking.add(symbol);
  sendSoon();
  return () => {
    const left = (wanted.get(symbol) ?? 1) - 1;
    if (left > 0) {
      wanted.set(symbol, left);
      return;
    }
    wanted.delete(symbol);
    leaving.add(symbol);
    sendSoon();
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
export function useTick(symbol: string | null): Tick | undefined {
  useEffect(() => (symbol ? want(symbol) : undefined), [symbol]);
  return useSyncExternalStore(
    useMemo(() => (told: () => void) => (symbol ? watch(symbol, told) : () => undefined), [symbol]),
    () => (symbol ? ticks.get(symbol) : undefined),
  );
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
    const stops = symbols.flatMap((symbol) => [want(symbol), watch(symbol, told)]);
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
  return useSyncExternalStore(
    (told) => {
      stateListeners.add(told);
      return () => stateListeners.delete(told);
    },
    () => state,
  );
}
