// One row at the newest price. A cell asks for its own row alone, so that a tick draws the cells of one row and no more.
import { useMemo } from "react";
import { type Tick, useTick, useTicks } from "@/features/market/prices";
import * as money from "@/lib/money";
import { type LiveHolding, type LivePosition, liveHolding, livePosition, total } from "./valuation";

type Row = LiveHolding | LivePosition;

// Several cells of a row ask for the same: it is reckoned once for each tick.
const newest = new WeakMap<Row, { tick: Tick; row: Row }>();

const isHolding = (row: Row): row is LiveHolding => "isin" in row.source;

/** The row as it was read, at the price of a tick. */
export function atTick<R extends Row>(row: R, tick: Tick | undefined): R {
  if (!tick) return row;
  const kept = newest.get(row);
  if (kept?.tick === tick) return kept.row as R;
  const prices = new Map([[row.symbol, tick]]);
  const moved = isHolding(row)
    ? liveHolding(row.source, prices, row.broker)
    : livePosition(row.source, prices, row.broker);
  if (!moved) return row;
  newest.set(row, { tick, row: moved });
  return moved as R;
}

export function Live<R extends Row>({ row, children }: { row: R; children: (now: R) => React.ReactNode }) {
  const tick = useTick(row.symbol);
  return children(atTick(row, tick));
}

type Known = money.Amount | null;

/** The sum of a column over its rows at the newest prices, at most twice a second; null while a part is not known. */
export function useSum<R extends Row>(rows: readonly R[], pick: (row: R) => Known): Known {
  const symbols = useMemo(() => [...new Set(rows.map((row) => row.symbol))].sort(), [rows]);
  const ticks = useTicks(symbols);
  return total(rows.map((row) => pick(atTick(row, ticks.get(row.symbol)))));
}

export function Sum<R extends Row>(props: {
  rows: readonly R[];
  of: (row: R) => Known;
  children: (sum: Known) => React.ReactNode;
}) {
  return props.children(useSum(props.rows, props.of));
}

const asRead = new WeakMap<object, Map<string, Row | null>>();
const noPrices = new Map<string, Tick>();

function readOnce(source: object, broker: string | undefined, read: () => Row | null): Row | null {
  const known = asRead.get(source) ?? new Map<string, Row | null>();
  asRead.set(source, known);
  const key = broker ?? "";
  if (!known.has(key)) known.set(key, read());
  return known.get(key) ?? null;
}

/** A line as it was read, or the part of it at one broker: the same object for the same line, so that nothing is drawn again. */
export const holdingAsRead = (source: LiveHolding["source"], broker?: string): LiveHolding | null =>
  readOnce(source, broker, () => liveHolding(source, noPrices, broker)) as LiveHolding | null;
export const positionAsRead = (source: LivePosition["source"], broker?: string): LivePosition | null =>
  readOnce(source, broker, () => livePosition(source, noPrices, broker)) as LivePosition | null;

/** Invested of a row's own money; what a percentage of the whole is reckoned from. */
export const percentOf = (part: Known, whole: Known): Known =>
  part === null || whole === null ? null : money.percentOf(part, whole);
