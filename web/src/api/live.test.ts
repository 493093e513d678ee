import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { join, liveState, send, startLive } from "./live";
import { dropToken, holdToken } from "./session";

class Wire {
  static all: Wire[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose: (() => void) | null = null;
  sent: object[] = [];
  url: string;
  constructor(url: URL) {
    this.url = `${url.pathname}${url.search}`;
    Wire.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as object);
  }
  close() {}
  say(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Wire);
  Wire.all = [];
  holdToken({ access_token: "token", token_type: "bearer", expires_in: 900 });
});
afterEach(() => {
  dropToken();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("prices and events share one connection, and each part hears of it when it starts", async () => {
  const heard: string[] = [];
  const part = (name: string) => ({
    onMessage: (message: Record<string, unknown>) => heard.push(`${name} ${String(message.type)}`),
    onLive: (again: boolean) => heard.push(`${name} live ${again ? "again" : "first"}`),
  });
  const leaveEvents = join(part("events"));
  const leavePrices = join(part("prices"));
  const stop = startLive();
  await vi.advanceTimersByTimeAsync(0);
  expect(Wire.all.map((wire) => wire.url)).toEqual(["/v1/stream?pace=250"]);
  Wire.all[0]?.say({ type: "authenticated" });
  Wire.all[0]?.say({ type: "prices", prices: [] });
  expect(heard).toEqual(["events live first", "prices live first", "events prices", "prices prices"]);
  send({ action: "follow" });
  expect(Wire.all[0]?.sent).toEqual([{ action: "follow" }]);
  expect(liveState()).toBe("live");
  stop();
  expect(liveState()).toBe("down");
  leaveEvents();
  leavePrices();
});
