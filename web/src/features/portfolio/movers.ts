// Pure: which of one's own lines moved most today, by percent or by rupees.
import type { LiveHolding, LivePosition } from "./valuation";

export type MoveBy = "percent" | "rupees";
type Row = LiveHolding | LivePosition;

export interface Mover {
  id: string;
  symbol: string;
  name: string;
  percent: bigint | null;
  rupees: bigint | null;
}

const asMover = (row: Row): Mover => ({
  id: row.id,
  symbol: row.symbol,
  name: row.source.symbol,
  percent: "dayPercent" in row ? row.dayPercent : null,
  rupees: row.dayPnl,
});

/** Gainers and losers, the largest first; what did not move or is not known is neither. */
export function movers(rows: readonly Row[], by: MoveBy, most: number): { up: Mover[]; down: Mover[] } {
  const moved = rows.map(asMover).filter((mover) => mover[by] !== null && mover[by] !== 0n);
  const sorted = moved.sort((a, b) => ((a[by] ?? 0n) < (b[by] ?? 0n) ? 1 : -1));
  return {
    up: sorted.filter((mover) => (mover[by] ?? 0n) > 0n).slice(0, most),
    down: sorted
      .filter((mover) => (mover[by] ?? 0n) < 0n)
      .reverse()
      .slice(0, most),
  };
}
