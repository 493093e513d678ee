// Pure: what a column of a table is, which are shown in which order, how rows are sorted, found and written as CSV.
import * as money from "@/lib/money";
import type { GridChoice, GridSort } from "@/lib/prefs";

export type Key = bigint | string | number | null;

/** A column of rows T, whose rows may open into parts P. Keep the list stable (a constant or a memo): rows compare it. */
export interface Column<T, P = never> {
  key: string;
  label: string;
  /** The label in full where it is a short form; shown on hover and in the column choice. */
  title?: string;
  cell: (row: T) => React.ReactNode;
  /** The same column of a part, shown below its row when that is open. */
  part?: (part: P, row: T) => React.ReactNode;
  /** Pinned below the rows. */
  total?: (rows: readonly T[]) => React.ReactNode;
  /** What rows are sorted by, and what a file holds unless `csv` says otherwise; null is not known and comes last. */
  sort?: (row: T) => Key;
  csv?: (row: T) => string | number | null;
  left?: boolean;
  /** Room for its widest form, in digits, so that a new digit moves nothing beside it. */
  room?: number;
  /** Left out on screens narrower than this. */
  from?: "lg" | "xl";
  /** Not shown until it is chosen. */
  hidden?: boolean;
}

export const noChoice: GridChoice = { sort: null, order: [], hidden: [], shown: [] };

/** The columns in the chosen order; a column that is newer than the choice stands where it was declared. */
export function ordered<C extends { key: string }>(columns: readonly C[], choice: GridChoice): C[] {
  const [lead, ...others] = columns;
  if (!lead) return [];
  const place = new Map(choice.order.map((key, index) => [key, index]));
  const known = others
    .filter(({ key }) => place.has(key))
    .sort((a, b) => (place.get(a.key) ?? 0) - (place.get(b.key) ?? 0));
  const all = others.map((column) => (place.has(column.key) ? (known.shift() as C) : column));
  return [lead, ...all];
}

export const isShown = (column: { key: string; hidden?: boolean }, choice: GridChoice): boolean =>
  column.hidden ? choice.shown.includes(column.key) : !choice.hidden.includes(column.key);

/** The columns that are seen: the first always, the others as chosen. */
export const seen = <C extends { key: string; hidden?: boolean }>(columns: readonly C[], choice: GridChoice): C[] =>
  ordered(columns, choice).filter((column, index) => index === 0 || isShown(column, choice));

/** The choice after one column was taken in or left out. */
export function toggled(column: { key: string; hidden?: boolean }, choice: GridChoice): GridChoice {
  const list = column.hidden ? "shown" : "hidden";
  const has = choice[list].includes(column.key);
  return { ...choice, [list]: has ? choice[list].filter((key) => key !== column.key) : [...choice[list], column.key] };
}

/** The choice after a column went one place up (-1) or down (1); the first column stays where it is. */
export function shifted(columns: readonly { key: string }[], choice: GridChoice, key: string, by: -1 | 1): GridChoice {
  const order = ordered(columns, choice)
    .slice(1)
    .map((column) => column.key);
  const at = order.indexOf(key);
  const other = order[at + by];
  if (at < 0 || other === undefined) return choice;
  order[at + by] = key;
  order[at] = other;
  return { ...choice, order };
}

function compare(a: Exclude<Key, null>, b: Exclude<Key, null>): number {
  if (typeof a === "string" || typeof b === "string") return String(a).localeCompare(String(b), "en-IN");
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sorted by one column; rows whose value is not known come last in both directions, equal rows keep their order. */
export function sorted<T>(
  rows: readonly T[],
  columns: readonly Pick<Column<T>, "key" | "sort">[],
  sort: GridSort | null,
): readonly T[] {
  const key = columns.find((column) => column.key === sort?.key)?.sort;
  if (!key || !sort) return rows;
  const keyed = rows.map((row) => ({ row, is: key(row) }));
  keyed.sort((a, b) => {
    if (a.is === null || b.is === null) return a.is === b.is ? 0 : a.is === null ? 1 : -1;
    return sort.descending ? compare(b.is, a.is) : compare(a.is, b.is);
  });
  return keyed.map(({ row }) => row);
}

/** Rows whose text holds every word that was typed, in any order. */
export function found<T>(rows: readonly T[], text: string, find: ((row: T) => string) | undefined): readonly T[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!find || words.length === 0) return rows;
  return rows.filter((row) => {
    const within = find(row).toLowerCase();
    return words.every((word) => within.includes(word));
  });
}

/** Rows stay where they are while somebody points at them; new ones go to the end, gone ones leave. */
export function steady(before: readonly string[], now: readonly string[]): string[] {
  const left = new Set(now);
  const kept = before.filter((id) => left.delete(id));
  return [...kept, ...left];
}

function plain(value: Key): string {
  if (value === null) return "unknown";
  return typeof value === "bigint" ? money.exact(value as money.Amount) : String(value);
}

// A text that a spreadsheet would take for a formula gets an apostrophe; a number may begin with its sign.
const safe = (text: string): string =>
  /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** What is seen as a file: the shown columns in their order, plain decimals, "unknown" for what is not known. */
export function csvOf<T, P>(columns: readonly Column<T, P>[], rows: readonly T[]): string {
  const told = columns.filter((column) => column.csv || column.sort);
  const line = (cells: readonly string[]) => cells.map((cell) => quoted(safe(cell))).join(",");
  const head = line(told.map((column) => column.title ?? column.label));
  const lines = rows.map((row) =>
    line(told.map(({ csv, sort }) => (csv ? plain(csv(row)) : sort ? plain(sort(row)) : ""))),
  );
  return [head, ...lines, ""].join("\r\n");
}
