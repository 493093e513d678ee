// The part of the window that the phone's keyboard leaves free, so that it never covers the action.
import { useSyncExternalStore } from "react";

interface Visible {
  /** Pixels; null where the browser does not tell. */
  height: number | null;
  /** Pixels hidden at the lower edge. */
  below: number;
}

const unknown: Visible = { height: null, below: 0 };
let last: Visible = unknown;

function read(): Visible {
  const view = window.visualViewport;
  if (view?.scale !== 1) return unknown;
  const next = {
    height: view.height,
    below: Math.max(0, Math.round(window.innerHeight - view.height - view.offsetTop)),
  };
  if (next.height !== last.height || next.below !== last.below) last = next;
  return last;
}

function subscribe(changed: () => void): () => void {
  window.visualViewport?.addEventListener("resize", changed);
  window.visualViewport?.addEventListener("scroll", changed);
  return () => {
    window.visualViewport?.removeEventListener("resize", changed);
    window.visualViewport?.removeEventListener("scroll", changed);
  };
}

export const useVisible = (): Visible => useSyncExternalStore(subscribe, read);
