// Dragging the ticket by its head; the place is remembered and kept inside the window.
import { useState } from "react";
import { prefs, setPrefs } from "@/lib/prefs";

interface Place {
  x: number;
  y: number;
}

const EDGE = 8;

function inside(place: Place, panel: HTMLElement | null): Place {
  const width = panel?.offsetWidth ?? 760;
  const height = Math.min(panel?.offsetHeight ?? 200, 200);
  return {
    x: Math.max(EDGE, Math.min(place.x, window.innerWidth - width - EDGE)),
    y: Math.max(EDGE, Math.min(place.y, window.innerHeight - height - EDGE)),
  };
}

export function useDrag(panel: React.RefObject<HTMLElement | null>, enabled: boolean) {
  const [place, setPlace] = useState<Place>(() =>
    inside(prefs().ticketAt ?? { x: window.innerWidth - 760 - 24, y: 60 }, null),
  );

  function onPointerDown(event: React.PointerEvent<HTMLElement>): void {
    if (!enabled || event.button !== 0 || (event.target as HTMLElement).closest("button")) return;
    const head = event.currentTarget;
    const from = { x: event.clientX - place.x, y: event.clientY - place.y };
    let last = place;
    head.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => {
      last = inside({ x: moved.clientX - from.x, y: moved.clientY - from.y }, panel.current);
      setPlace(last);
    };
    const end = () => {
      head.removeEventListener("pointermove", move);
      head.removeEventListener("pointerup", end);
      head.removeEventListener("pointercancel", end);
      setPrefs({ ticketAt: last });
    };
    head.addEventListener("pointermove", move);
    head.addEventListener("pointerup", end);
    head.addEventListener("pointercancel", end);
  }

  return {
    style: enabled ? { left: place.x, top: place.y } : undefined,
    handle: enabled ? { onPointerDown } : {},
  };
}
