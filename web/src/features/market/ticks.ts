// Prices on the grid of an instrument's tick.
import * as money from "@/lib/money";

/** The nearest price that an order can have; at least one tick. */
export function onTick(price: money.Amount, tick: money.Amount): money.Amount {
  if (tick <= 0n) return price;
  const nearest = ((price + tick / 2n) / tick) * tick;
  return (nearest < tick ? tick : nearest) as money.Amount;
}

/** Two places, or four where the tick is finer than a paisa. */
export const placesOf = (tick: string): number => {
  const step = money.parse(tick);
  return step !== null && step % 1_000_000n !== 0n ? 4 : 2;
};
