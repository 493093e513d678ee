// Pure: the order of rows by a column; unknown values always last.
import type { Sort } from "@/components/table";
import * as money from "@/lib/money";
import type { LiveHolding, LivePosition } from "./valuation";

type Key = money.Amount | string | number | null;

const holdingKeys: Record<string, (row: LiveHolding) => Key> = {
  symbol: (row) => row.source.symbol,
  quantity: (row) => row.quantity,
  average: (row) => row.average,
  last: (row) => row.last,
  value: (row) => row.value,
  pnl: (row) => row.pnl,
  pnlPercent: (row) => row.pnlPercent,
  dayPnl: (row) => row.dayPnl,
  dayPercent: (row) => row.dayPercent,
};
const positionKeys: Record<string, (row: LivePosition) => Key> = {
  symbol: (row) => row.source.symbol,
  quantity: (row) => Math.abs(row.quantity),
  pnl: (row) => row.pnl,
};

function compare(a: Key, b: Key): number {
  if (typeof a === "bigint" && typeof b === "bigint") return money.compare(a as money.Amount, b as money.Amount);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b));
}

function sorted<T>(rows: readonly T[], key: ((row: T) => Key) | undefined, descending: boolean): T[] {
  if (!key) return [...rows];
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    return descending ? compare(y, x) : compare(x, y);
  });
}

export const sortHoldings = (rows: readonly LiveHolding[], sort: Sort): LiveHolding[] =>
  sorted(rows, holdingKeys[sort.key], sort.descending);
export const sortPositions = (rows: readonly LivePosition[], sort: Sort): LivePosition[] =>
  sorted(rows, positionKeys[sort.key], sort.descending);
