// Short buzzes where the device can and the person wants them; a device without a motor stays silent.
import { prefs } from "@/lib/prefs";

export type Touch = "accept" | "fill" | "reject" | "armed";

/** Milliseconds on, off, on. */
const patterns: Record<Touch, number | number[]> = { armed: 8, accept: 20, fill: [20, 60, 20], reject: [60, 40, 60] };

export function haptic(touch: Touch): void {
  if (prefs().haptics && typeof navigator.vibrate === "function") navigator.vibrate(patterns[touch]);
}
