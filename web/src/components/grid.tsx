// The table of the product: sorted, found, its columns chosen and remembered, drawn only where one looks, saved as it is
// seen; cards on the phone. A tick renders the cells that subscribe to it and nothing else: give it stable functions.
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Head, moveBetweenRows } from "@/components/table";
import { cx } from "@/lib/classes";
import { saveFile } from "@/lib/files";
import { usePhone } from "@/lib/hooks";
import { type GridChoice, type GridSort, prefs, setPrefs, usePrefs } from "@/lib/prefs";
import { t } from "@/text";
import { type Column, csvOf, found, noChoice, seen, sorted, steady } from "./grid/columns";
import { cellLook, GridRow, type RowShape } from "./grid/Rows";
import { ColumnChoice, FindField, SaveButton, SortSelect } from "./grid/Tools";

export type { Column, Key } from "./grid/columns";
export type { Parts } from "./grid/Rows";

/** Above this many rows only those in sight are drawn. */
const MANY = 100;
/** Up to this many nobody needs to look for one. */
const FEW = 6;
const ROW = 33;
const CARD = 65;

export interface Opened {
  open: boolean;
  toggle: () => void;
}

export interface Selection {
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}

export interface GridProps<T, P> extends Omit<RowShape<T, P>, "columns"> {
  /** The arrangement is remembered under this name, and the file is called by it. */
  id: string;
  /** What the table is called to a screen reader. */
  label: string;
  columns: readonly Column<T, P>[];
  rows: readonly T[];
  rowId: (row: T) => string;
  /** The order until another is chosen; without it rows stand as given. */
  first?: GridSort;
  /** The text in which words are looked for; without it there is no field. */
  find?: (row: T) => string;
  /** Rows that follow each other under one heading, while they stand in their first order. */
  heading?: (row: T) => string;
  selection?: Selection;
  /** One row on the phone; without it the phone has the table too, in a strip that scrolls sideways. */
  card?: (row: T, opened: Opened) => React.ReactNode;
  /** What to say when there are no rows at all. */
  empty: React.ReactNode;
  /** On the left above the table: chips, filters. */
  lead?: React.ReactNode;
  /** On the right above the table, before the columns. */
  tools?: React.ReactNode;
}

/** How a table is arranged, remembered on this device. */
export function useGridChoice(id: string): [GridChoice, (choice: GridChoice) => void] {
  const { grids } = usePrefs();
  const keep = useCallback((choice: GridChoice) => setPrefs({ grids: { ...prefs().grids, [id]: choice } }), [id]);
  return [{ ...noChoice, ...grids[id] }, keep];
}

export function Grid<T, P = never>(props: GridProps<T, P>) {
  const { id, label, columns, rows, rowId, first = null, find, selection, card, empty, lead, tools } = props;
  const [choice, keep] = useGridChoice(id);
  const [text, setText] = useState("");
  const phone = usePhone();
  const sort = choice.sort && columns.some(({ key }) => key === choice.sort?.key) ? choice.sort : first;
  const key = JSON.stringify(choice);
  // biome-ignore lint/correctness/useExhaustiveDependencies: key stands for the contents of choice
  const shown = useMemo(() => seen(columns, choice), [columns, key]);
  const matching = useMemo(() => found(rows, text, find), [rows, text, find]);
  const order = useMemo(() => sorted(matching, columns, sort), [matching, columns, sort]);
  const onSort = (next: GridSort) => keep({ ...choice, sort: next });
  const grouped = sort?.key === first?.key && sort?.descending === first?.descending;
  const bar = rows.length > 0 || lead || tools;
  return (
    <div>
      {bar && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pb-2">
          <div className="min-w-0 flex-1 max-md:basis-full">{lead}</div>
          {tools}
          {find && rows.length > FEW && (
            <FindField text={text} onText={setText} label={t("common:grid.find_in", { label })} />
          )}
          {phone && card && rows.length > FEW / 2 && <SortSelect {...{ columns, sort, onSort }} />}
          {!phone && rows.length > 0 && <ColumnChoice columns={columns} choice={choice} onChoice={keep} />}
          {!phone && rows.length > 0 && <SaveButton onSave={() => saveFile(`${id}.csv`, csvOf(shown, order))} />}
        </div>
      )}
      {rows.length === 0 ? (
        empty
      ) : order.length === 0 ? (
        <p className="border-t border-line px-4 py-6 text-quiet" role="status">
          {t("common:grid.none_found", { text })}
        </p>
      ) : phone && card ? (
        <Cards rows={order} rowId={rowId} card={card} label={label} heading={grouped ? props.heading : undefined} />
      ) : (
        <Table
          {...props}
          columns={shown}
          rows={order}
          sort={sort}
          onSort={onSort}
          selection={selection}
          heading={grouped ? props.heading : undefined}
        />
      )}
    </div>
  );
}

/** Only the rows in sight, with the room of the others above and below; everything when there are few. */
function useWindowed(count: number, size: number, keyOf: (index: number) => string) {
  const anchor = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const at = anchor.current;
    if (at) setTop(Math.round(at.getBoundingClientRect().top + window.scrollY));
  });
  const many = count > MANY;
  const list = useWindowVirtualizer({
    count,
    estimateSize: () => size,
    overscan: 12,
    scrollMargin: top,
    getItemKey: keyOf,
    enabled: many,
  });
  const items = list.getVirtualItems();
  const head = many ? (items[0]?.start ?? top) - top : 0;
  const tail = many ? list.getTotalSize() - ((items.at(-1)?.end ?? top) - top) : 0;
  const indexes = many ? items.map((item) => item.index) : Array.from({ length: count }, (_, index) => index);
  return { anchor, many, indexes, head, tail, measure: many ? list.measureElement : undefined };
}

function useOpened() {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((id: string) => setOpened((before) => flipped(before, id)), []);
  return { opened, toggle };
}

function flipped(before: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const after = new Set(before);
  if (!after.delete(id)) after.add(id);
  return after;
}

/** Rows keep their places while the pointer is over them, so that none moves away from under it. */
function useSteady<T>(rows: readonly T[], rowId: (row: T) => string) {
  const [pointed, setPointed] = useState(false);
  const before = useRef<readonly string[]>([]);
  const placed = useMemo(() => {
    const byId = new Map(rows.map((row) => [rowId(row), row]));
    const ids = pointed ? steady(before.current, [...byId.keys()]) : [...byId.keys()];
    before.current = ids;
    return ids.map((each) => byId.get(each) as T);
  }, [rows, rowId, pointed]);
  const over = (event: React.PointerEvent) =>
    setPointed(event.pointerType === "mouse" && (event.target as Element).closest("tbody") !== null);
  return { placed, over, out: () => setPointed(false) };
}

interface TableProps<T, P> extends GridProps<T, P> {
  sort: GridSort | null;
  onSort: (sort: GridSort) => void;
}

function Table<T, P>(props: TableProps<T, P>) {
  const { label, columns, rowId, heading, selection, sort, onSort } = props;
  const { name, symbol, tone, parts, expand, actions, selectable } = props;
  const shape = useMemo<RowShape<T, P>>(
    () => ({ columns, name, symbol, tone, parts, expand, actions, selectable }),
    [columns, name, symbol, tone, parts, expand, actions, selectable],
  );
  const { placed: rows, over, out } = useSteady(props.rows, rowId);
  const { opened, toggle } = useOpened();
  const { anchor, many, indexes, head, tail, measure } = useWindowed(rows.length, ROW, (at) => rowId(rows[at] as T));
  const latest = useRef(selection);
  latest.current = selection;
  const choose = useCallback((id: string) => {
    const now = latest.current;
    now?.onChange(flipped(now.chosen, id));
  }, []);
  const width = columns.length + (selection ? 1 : 0);
  const free = selection ? rows.filter((row) => selectable?.(row) !== false).map(rowId) : [];
  const all = free.length > 0 && free.every((id) => selection?.chosen.has(id));
  return (
    <div ref={anchor} className="max-lg:overflow-x-auto">
      <table
        className="w-full border-collapse"
        aria-label={label}
        aria-rowcount={many ? rows.length + 1 : undefined}
        onKeyDown={moveBetweenRows}
        onPointerOver={over}
        onPointerLeave={out}
      >
        <thead className="z-10 bg-ground shadow-[inset_0_-1px_0_var(--line)] lg:sticky lg:top-(--head)">
          <tr>
            {selection && (
              <td className="w-8 pl-4">
                <input
                  type="checkbox"
                  aria-label={t("common:grid.choose_all")}
                  className="block accent-(--accent)"
                  checked={all}
                  disabled={free.length === 0}
                  onChange={() => selection.onChange(all ? new Set() : new Set(free))}
                />
              </td>
            )}
            {columns.map((column, at) => (
              <Head
                key={column.key}
                left={column.left}
                sortKey={column.sort ? column.key : undefined}
                sort={sort ?? undefined}
                onSort={onSort}
                title={column.title}
                room={column.room}
                className={cx(cellLook(column), at === 0 && (parts || expand ? "pl-9" : "pl-4"))}
              >
                {column.label}
              </Head>
            ))}
          </tr>
        </thead>
        <Room height={head} width={width} />
        {indexes.map((at) => {
          const row = rows[at] as T;
          const id = rowId(row);
          const title = heading?.(row) ?? null;
          return (
            <GridRow
              key={id}
              row={row}
              id={id}
              shape={shape}
              open={opened.has(id)}
              chosen={selection ? selection.chosen.has(id) : undefined}
              index={many ? at : undefined}
              heading={at > 0 && title === heading?.(rows[at - 1] as T) ? null : title}
              measure={measure}
              onToggle={toggle}
              onChoose={choose}
            />
          );
        })}
        <Room height={tail} width={width} />
        {columns.some((column) => column.total) && (
          <tfoot className="sticky bottom-0 z-10 bg-ground font-medium shadow-[inset_0_1px_0_var(--line)]">
            <tr>
              {selection && <td />}
              {columns.map((column, at) => (
                <td key={column.key} className={cx(cellLook(column), at === 0 && (parts || expand ? "pl-9" : "pl-4"))}>
                  {column.total?.(props.rows)}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

function Room({ height, width }: { height: number; width: number }) {
  if (height <= 0) return null;
  return (
    <tbody aria-hidden="true">
      <tr style={{ height }}>
        <td colSpan={width} />
      </tr>
    </tbody>
  );
}

interface CardsProps<T> {
  rows: readonly T[];
  rowId: (row: T) => string;
  card: (row: T, opened: Opened) => React.ReactNode;
  label: string;
  heading?: (row: T) => string;
}

function Cards<T>({ rows, rowId, card, label, heading }: CardsProps<T>) {
  const { opened, toggle } = useOpened();
  const { anchor, indexes, head, tail, measure } = useWindowed(rows.length, CARD, (at) => rowId(rows[at] as T));
  return (
    <div ref={anchor}>
      <ul aria-label={label} className="border-t border-line" style={{ paddingTop: head, paddingBottom: tail }}>
        {indexes.map((at) => {
          const row = rows[at] as T;
          const id = rowId(row);
          const title = heading?.(row);
          const begins = title !== undefined && (at === 0 || title !== heading?.(rows[at - 1] as T));
          return (
            <li key={id} ref={measure} data-index={at} className="border-b border-line">
              {begins && <p className="border-b border-line px-4 py-2 text-xs text-faint">{title}</p>}
              {card(row, { open: opened.has(id), toggle: () => toggle(id) })}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
