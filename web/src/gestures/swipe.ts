// A row swiped sideways by a finger: right is one thing, left the other. It gives way to scrolling, and moves without rendering.
import { useDrag } from "@use-gesture/react";
import { useRef } from "react";
import { haptic } from "./haptics";
import { moveTo, resisted } from "./pull";

/** Pixels of the finger beyond which letting go counts. */
export const SWIPE_FAR = 72;
const MOST = 120;

export interface Swipe {
  onRight?: () => void;
  onLeft?: () => void;
  disabled?: boolean;
}

export type SwipeSide = "right" | "left";

/**
 * `bind()` and `row` go on the part that slides (it needs `touch-pan-y`, so that the browser keeps vertical scrolling and
 * ends the swipe for it); `frame` on what stays: its `data-swipe` is "right" or "left" while under way and its
 * `data-armed` is there once letting go counts. A mouse does not swipe, it selects text.
 */
export function useSwipeRow({ onRight, onLeft, disabled }: Swipe) {
  const row = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLElement>(null);
  const wasArmed = useRef(false);

  function mark(side: SwipeSide | null, armed: boolean): void {
    const data = frame.current?.dataset;
    if (!data) return;
    if (side) data.swipe = side;
    else delete data.swipe;
    if (armed) data.armed = "";
    else delete data.armed;
    if (armed && !wasArmed.current) haptic("armed");
    wasArmed.current = armed;
  }

  const bind = useDrag(
    ({ event, movement: [x], last, canceled, cancel }) => {
      if ("pointerType" in event && event.pointerType === "mouse") return cancel();
      const side: SwipeSide = x > 0 ? "right" : "left";
      const act = side === "right" ? onRight : onLeft;
      const armed = act !== undefined && Math.abs(x) >= SWIPE_FAR;
      if (last) {
        moveTo(row.current, "", true);
        mark(null, false);
        if (armed && !canceled && event.type !== "pointercancel") act();
        return;
      }
      moveTo(row.current, act ? `translateX(${resisted(x, MOST)}px)` : "", false);
      mark(act ? side : null, armed);
    },
    { axis: "x", filterTaps: true, threshold: 12, enabled: !disabled, pointer: { keys: false } },
  );
  return { bind, row, frame };
}
