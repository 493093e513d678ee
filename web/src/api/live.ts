// The one connection that events and prices share: parts of the product join it, it runs while somebody is signed in.
import { type LiveSocket, openSocket, type SocketState } from "./socket";

interface Part {
  /** Every message that comes, whoever asked for it. */
  onMessage: (message: Record<string, unknown>) => void;
  /** Called at each authenticated start; again is true after a break, when what was missed must be read anew. */
  onLive?: (again: boolean) => void;
  onState?: (state: SocketState) => void;
}

// Four prices a second are as many as anyone can read; the server says something every ten seconds.
const PATH = "/v1/stream?pace=250";
const SILENCE = 30_000;

const parts = new Set<Part>();
const stateListeners = new Set<() => void>();
let socket: LiveSocket | null = null;
let state: SocketState = "down";

/** Hears everything from now on; the answer ends that. */
export function join(part: Part): () => void {
  parts.add(part);
  return () => parts.delete(part);
}

/** Sent when connected; else nothing, as `onLive` will be called once it is. */
export const send = (message: object): void => socket?.send(message);

export const liveState = (): SocketState => state;

export function onLiveState(told: () => void): () => void {
  stateListeners.add(told);
  return () => stateListeners.delete(told);
}

function tellState(next: SocketState): void {
  state = next;
  for (const part of parts) part.onState?.(next);
  for (const told of stateListeners) told();
}

/** Connects; the answer disconnects. */
export function startLive(): () => void {
  socket = openSocket({
    path: PATH,
    silence: SILENCE,
    onMessage: (message) => {
      for (const part of parts) part.onMessage(message);
    },
    onLive: (again) => {
      for (const part of parts) part.onLive?.(again);
    },
    onState: tellState,
  });
  return () => {
    socket?.close();
    socket = null;
    tellState("down");
  };
}
