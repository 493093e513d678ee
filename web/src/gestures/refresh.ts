// Pulling a page down at its top reads it anew. Only a finger at the very top starts it, so scrolling stays the browser's.
import { useEffect, useRef, useState } from "react";
import { haptic } from "./haptics";
import { moveTo, resisted } from "./pull";

/** Pixels that the indicator must come down for letting go to count. */
export const PULL_FAR = 56;
const MOST = 88;

export type Pull = "idle" | "pulling" | "armed" | "refreshing";

/** `area` is what is touched (the page scrolls in the window), `sign` the indicator that comes down with the finger. */
export function usePullToRefresh(
  area: React.RefObject<HTMLElement | null>,
  sign: React.RefObject<HTMLElement | null>,
  refresh: () => Promise<unknown>,
  enabled = true,
): Pull {
  const [state, setState] = useState<Pull>("idle");
  const latest = useRef(refresh);
  latest.current = refresh;

  useEffect(() => {
    const element = area.current;
    if (!element || !enabled) return;
    let from: { x: number; y: number } | null = null;
    let now: Pull = "idle";
    let mounted = true;

    const become = (next: Pull) => {
      if (next === now || !mounted) return;
      if (next === "armed") haptic("armed");
      now = next;
      setState(next);
    };
    const back = () => {
      from = null;
      moveTo(sign.current, "", true);
      become("idle");
    };
    const start = (event: TouchEvent) => {
      const finger = event.touches[0];
      if (now === "refreshing" || !finger) return;
      from = event.touches.length === 1 && window.scrollY <= 0 ? { x: finger.clientX, y: finger.clientY } : null;
      if (!from && now !== "idle") back();
    };
    const move = (event: TouchEvent) => {
      const finger = event.touches[0];
      if (!from || !finger || now === "refreshing") return;
      const [across, down] = [finger.clientX - from.x, finger.clientY - from.y];
      if (now === "idle" && (down < 10 || Math.abs(across) > down)) {
        // Up, or sideways: this touch is somebody else's.
        if (down < -4 || Math.abs(across) > 10) from = null;
        return;
      }
      if (event.cancelable) event.preventDefault();
      const way = resisted(Math.max(0, down), MOST);
      moveTo(sign.current, `translateY(${way}px)`, false);
      become(way >= PULL_FAR ? "armed" : "pulling");
    };
    const end = async () => {
      from = null;
      if (now !== "armed") return now === "pulling" ? back() : undefined;
      become("refreshing");
      moveTo(sign.current, `translateY(${PULL_FAR}px)`, true);
      try {
        await latest.current();
      } finally {
        if (mounted) back();
      }
    };

    element.addEventListener("touchstart", start, { passive: true });
    element.addEventListener("touchmove", move, { passive: false });
    element.addEventListener("touchend", end);
    element.addEventListener("touchcancel", back);
    return () => {
      mounted = false;
      element.removeEventListener("touchstart", start);
      element.removeEventListener("touchmove", move);
      element.removeEventListener("touchend", end);
      element.removeEventListener("touchcancel", back);
    };
  }, [area, sign, enabled]);
  return state;
}
