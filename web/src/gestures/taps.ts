// A tap with two fingers flips between two views; a pinch or a scroll is none. The same flip is a button on the page.
import { useEffect, useRef } from "react";

const WITHIN = 300;
const STILL = 14;

export function useTwoFingerTap(target: React.RefObject<HTMLElement | null>, onTap: () => void, enabled = true): void {
  const latest = useRef(onTap);
  latest.current = onTap;

  useEffect(() => {
    const element = target.current;
    if (!element || !enabled) return;
    let began: { at: number; fingers: { id: number; x: number; y: number }[] } | null = null;

    const start = (event: TouchEvent) => {
      if (event.touches.length !== 2) {
        if (event.touches.length > 2) began = null;
        return;
      }
      const fingers = [...event.touches].map((each) => ({ id: each.identifier, x: each.clientX, y: each.clientY }));
      began = { at: event.timeStamp, fingers };
    };
    const move = (event: TouchEvent) => {
      const moved = [...event.touches].some((touch) => {
        const was = began?.fingers.find((each) => each.id === touch.identifier);
        return was && Math.hypot(touch.clientX - was.x, touch.clientY - was.y) > STILL;
      });
      if (moved) began = null;
    };
    const end = (event: TouchEvent) => {
      if (!began || event.touches.length > 0) return;
      const quick = event.timeStamp - began.at <= WITHIN;
      began = null;
      if (!quick) return;
      event.preventDefault();
      latest.current();
    };
    const cancel = () => {
      began = null;
    };

    element.addEventListener("touchstart", start, { passive: true });
    element.addEventListener("touchmove", move, { passive: true });
    element.addEventListener("touchend", end);
    element.addEventListener("touchcancel", cancel);
    return () => {
      element.removeEventListener("touchstart", start);
      element.removeEventListener("touchmove", move);
      element.removeEventListener("touchend", end);
      element.removeEventListener("touchcancel", cancel);
    };
  }, [target, enabled]);
}
