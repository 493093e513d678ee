import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dropToken, holdToken } from "./session";
import { openSocket, type SocketState } from "./socket";

/** A connection that says only what the test says. */
class Silent {
  static all: Silent[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose: (() => void) | null = null;
  closed = false;
  sent: string[] = [];
  constructor() {
    Silent.all.push(this);
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
  }
  say(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const states: SocketState[] = [];
let close: (() => void) | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Silent);
  Silent.all = [];
  states.length = 0;
  holdToken({ access_token: "token", token_type: "bearer", expires_in: 900 });
});
afterEach(() => {
  close?.();
  dropToken();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function open(silence?: number): void {
  const socket = openSocket({
    path: "/v1/stocks/live",
    silence,
    onMessage: () => undefined,
    onLive: () => undefined,
    onState: (state) => states.push(state),
  });
  close = () => socket.close();
}

test("a connection that says nothing is given up and opened anew", async () => {
  open(30_000);
  await vi.advanceTimersByTimeAsync(0);
  Silent.all[0]?.say({ type: "authenticated" });
  await vi.advanceTimersByTimeAsync(20_000);
  Silent.all[0]?.say({ type: "heartbeat" });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(Silent.all.length).toBe(1);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(Silent.all[0]?.closed).toBe(true);
  expect(Silent.all.length).toBe(2);
  expect(states.slice(0, 4)).toEqual(["connecting", "live", "down", "connecting"]);
});

test("where silence is usual it is no end", async () => {
  open();
  await vi.advanceTimersByTimeAsync(0);
  Silent.all[0]?.say({ type: "authenticated" });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(Silent.all.length).toBe(1);
});
