// How far something follows a finger, with growing resistance, and when letting go counts.

/** Pixels that a thing moves for pixels dragged: like the finger at first, never beyond `most`. */
export function resisted(dragged: number, most: number): number {
  const way = Math.abs(dragged);
  return Math.sign(dragged) * most * (1 - Math.exp(-way / most));
}

export const reducedMotion = (): boolean => window.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;

/** Puts a thing back in 140 ms, at once where motion is not wanted. */
export function moveTo(element: HTMLElement | null, transform: string, gliding: boolean): void {
  if (!element) return;
  element.style.transition = gliding && !reducedMotion() ? "transform 140ms ease-out" : "none";
  element.style.transform = transform;
}
