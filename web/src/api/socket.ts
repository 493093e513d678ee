// A websocket that authenticates first, comes back with growing pauses, and says when it has come back.
import { liveToken } from "./session";

export type SocketState = "connecting" | "live" | "down";

interface Options {
  path: string;
  /** Milliseconds without a message after which the connection counts as dead; for servers that always say something. */
  silence?: number;
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
const RENEW_EVERY = 20_000;

export function openSocket({ path, silence, onMessage, onLive, onState }: Options): LiveSocket {
  let socket: WebSocket | null = null;
  let authenticated = false;
  let wasLive = false;
  let closed = false;
  let pause = FIRST_PAUSE;
  let handed: string | null = null;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let deaf: ReturnType<typeof setTimeout> | undefined;

  // A connection that died without a word is not waited for: the network may take minutes to notice.
  function heard(mine: WebSocket): void {
    if (silence === undefined) return;
    clearTimeout(deaf);
    deaf = setTimeout(() => {
      mine.onclose = null;
      mine.close();
      lost(mine);
    }, silence);
  }

  function lost(mine: WebSocket): void {
    if (socket !== mine) return;
    clearTimeout(deaf);
    socket = null;
    authenticated = false;
    again();
  }

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
    handed = token;
    mine.onopen = () => mine.send(JSON.stringify({ action: "auth", token }));
    mine.onmessage = (event) => {
      heard(mine);
      const message = JSON.parse(String(event.data)) as Record<string, unknown>;
      if (message.type !== "authenticated") return onMessage(message);
      authenticated = true;
      pause = FIRST_PAUSE;
      onState("live");
      onLive(wasLive);
      wasLive = true;
    };
    mine.onclose = () => lost(mine);
    heard(mine);
  }

  // A token lasts a quarter of an hour: the next one is handed over before the socket would be closed for it.
  const renewal = setInterval(async () => {
    if (!socket || !authenticated) return;
    try {
      const token = await liveToken();
      if (token && token !== handed && authenticated) socket?.send(JSON.stringify({ action: "auth", token }));
      handed = token;
    } catch (_unreachable) {
      // The server is away: the socket will close, and come back by itself.
    }
  }, RENEW_EVERY);

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
      clearTimeout(deaf);
      clearInterval(renewal);
      window.removeEventListener("online", hurry);
      socket?.close();
    },
  };
}
