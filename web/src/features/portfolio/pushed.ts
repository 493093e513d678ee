// Pure: the portfolio after a message of the stream, which carries the lines that changed.
import type { Funds, Gap, Holding, Portfolio, Position } from "@/api";

type Contract = Pick<Position, "exchange" | "symbol" | "product">;

export interface PortfolioLines {
  version: string;
  whole: boolean;
  as_of: string;
  totals: Portfolio["totals"];
  holdings: Holding[];
  positions: Position[];
  gone: { holdings: string[]; positions: Contract[] };
  /** When each account was read: as old are its lots, in whatever line. */
  ages: Record<string, string>;
  funds: Funds[];
  gaps: Gap[];
}

const contract = (line: Contract): string => `${line.exchange}:${line.symbol} ${line.product}`;
const bySymbol = (line: Holding): string => `${line.symbol} ${line.isin}`;

/** Null when the message tells only changes and what they change is not known: then everything is to be asked for. */
export function pushed(before: Portfolio | undefined, lines: PortfolioLines): Portfolio | null {
  if (!lines.whole && !before) return null;
  const base = lines.whole || !before ? { holdings: [], positions: [] } : before;
  const { as_of, totals, funds, gaps, gone, ages } = lines;
  return {
    as_of,
    totals,
    funds,
    gaps,
    holdings: merged(base.holdings, lines.holdings, gone.holdings, (line) => line.isin, bySymbol, ages),
    positions: merged(base.positions, lines.positions, gone.positions.map(contract), contract, contract, ages),
  };
}

interface Line {
  lots: { account: string; as_of: string }[];
}

function merged<T extends Line>(
  before: readonly T[],
  changed: readonly T[],
  gone: readonly string[],
  id: (line: T) => string,
  place: (line: T) => string,
  ages: Record<string, string>,
): T[] {
  const lines = new Map(before.map((line) => [id(line), line]));
  for (const line of changed) lines.set(id(line), line);
  for (const key of gone) lines.delete(key);
  return [...lines.values()].map((line) => dated(line, ages)).sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

/** The same object where nothing is newer, so that nothing is drawn again. */
function dated<T extends Line>(line: T, ages: Record<string, string>): T {
  if (line.lots.every((lot) => (ages[lot.account] ?? lot.as_of) === lot.as_of)) return line;
  return { ...line, lots: line.lots.map((lot) => ({ ...lot, as_of: ages[lot.account] ?? lot.as_of })) };
}
