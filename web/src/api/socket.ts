// A websocket that authenticates first, comes back with growing pauses, and says when it has come back.
import { liveToken } from "./session";

export type SocketState = "connecting" | "live" | "down";

interface Options {
  path: string;
  onMessage: (message: Record<string, unknown>) => void;
  /** Called at each authenticated start; again is true after a break, when what was missed must be read anew. */
  onLive: (again: boolean) => void;
  onState: (state: SocketState) => void;
}

export interface LiveSocket {
  send(message: object): void;
  close(): void;
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

export function openSocket({ path, onMessage, onLive, onState }: Options): LiveSocket {
  let socket: WebSocket | null = null;
  let authenticated = false;
  let wasLive = false;
  let closed = false;
  let pause = FIRST_PAUSE;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  function again(): void {
    if (closed) return;
    onState("down");
    clearTimeout(waiting);
    waiting = setTimeout(start, pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }

  async function start(): Promise<void> {
    onState("connecting");
    let token: string | null;
    try {
      token = await liveToken();
    } catch (_unreachable) {
      return again();
    }
    if (closed || !token) return;
    const url = new URL(path, window.location.origin);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const mine = new WebSocket(url);
    socket = mine;
    mine.onopen = () => mine.send(JSON.stringify({ action: "auth", token }));
    mine.onmessage = (event) => {
      const message = JSON.parse(String(event.data)) as Record<string, unknown>;
      if (message.type !== "authenticated") return onMessage(message);
      authenticated = true;
      pause = FIRST_PAUSE;
      onState("live");
      onLive(wasLive);
      wasLive = true;
    };
    mine.onclose = () => {
      if (socket !== mine) return;
      socket = null;
      authenticated = false;
      again();
    };
  }

  const hurry = () => {
    if (socket || closed) return;
    clearTimeout(waiting);
    pause = FIRST_PAUSE;
    void start();
  };
  window.addEventListener("online", hurry);
  void start();

  return {
    send(message) {
      if (socket && authenticated) socket.send(JSON.stringify(message));
    },
    close() {
      closed = true;
      clearTimeout(waiting);
      window.removeEventListener("online", hurry);
      socket?.close();
    },
  };
}
