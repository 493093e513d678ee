// A finger that rests on something: selects it. Moving, scrolling or a second finger ends it; the click that follows is swallowed.
import { useEffect, useRef } from "react";
import { haptic } from "./haptics";

/** Milliseconds that a finger must rest. */
export const PRESS_FOR = 450;
const STILL = 8;

export function useLongPress(onPress: () => void, { disabled = false }: { disabled?: boolean } = {}) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const from = useRef<{ x: number; y: number } | null>(null);
  const pressed = useRef(false);
  const latest = useRef(onPress);
  latest.current = onPress;

  function end(): void {
    clearTimeout(timer.current);
    from.current = null;
  }
  useEffect(() => () => clearTimeout(timer.current), []);

  return {
    onPointerDown(event: React.PointerEvent): void {
      pressed.current = false;
      end();
      if (disabled || event.pointerType === "mouse" || !event.isPrimary) return;
      from.current = { x: event.clientX, y: event.clientY };
      timer.current = setTimeout(() => {
        pressed.current = true;
        haptic("armed");
        latest.current();
      }, PRESS_FOR);
    },
    onPointerMove(event: React.PointerEvent): void {
      const start = from.current;
      if (start && Math.hypot(event.clientX - start.x, event.clientY - start.y) > STILL) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
    onPointerLeave: end,
    onClickCapture(event: React.MouseEvent): void {
      if (!pressed.current) return;
      pressed.current = false;
      event.preventDefault();
      event.stopPropagation();
    },
    /** The phone's own menu over links and text would come in between. */
    onContextMenu(event: React.MouseEvent): void {
      if (from.current || pressed.current) event.preventDefault();
    },
  };
}
