// One row of a table with the parts it opens into. It renders again only when its own row, or the columns, changed.
import { ChevronRight } from "lucide-react";
import { memo } from "react";
import { cx } from "@/lib/classes";
import { t } from "@/text";
import type { Column } from "./columns";

export interface Parts<T, P> {
  of: (row: T) => readonly P[];
  id: (part: P) => string;
  tone?: (part: P) => string | undefined;
}

/** What the rows of one table have in common. Keep its functions stable: every row compares this object. */
export interface RowShape<T, P> {
  columns: readonly Column<T, P>[];
  name: (row: T) => string;
  /** "NSE:INFY", for the keys B, S, C and D. */
  symbol?: (row: T) => string | null;
  tone?: (row: T) => string | undefined;
  parts?: Parts<T, P>;
  /** Anything else that a row opens into, over its whole width. */
  expand?: (row: T) => React.ReactNode;
  /** Buttons at the end of the first column while the row is pointed at or focused. */
  actions?: (row: T) => React.ReactNode;
  /** False for a row that cannot be chosen. */
  selectable?: (row: T) => boolean;
}

interface RowProps<T, P> {
  row: T;
  id: string;
  shape: RowShape<T, P>;
  open: boolean;
  chosen: boolean | undefined;
  index: number | undefined;
  heading: string | null;
  measure: ((node: Element | null) => void) | undefined;
  onToggle: (id: string) => void;
  onChoose: (id: string) => void;
}

const high = "h-(--row) px-2 whitespace-nowrap last:pr-4";
const widths = { lg: "max-lg:hidden", xl: "max-xl:hidden" };
export const cellLook = (column: { left?: boolean; from?: "lg" | "xl" }): string =>
  cx(high, column.left ? "text-left" : "text-right", column.from && widths[column.from]);

function RowView<T, P>(props: RowProps<T, P>) {
  const { row, id, shape, open, chosen, index, heading, measure, onToggle, onChoose } = props;
  const { columns, parts, expand, actions } = shape;
  const opens = Boolean(parts || expand);
  const symbol = shape.symbol?.(row);
  const width = columns.length + (chosen === undefined ? 0 : 1);
  return (
    <tbody ref={measure} data-index={index}>
      {heading !== null && (
        <tr>
          <th scope="colgroup" colSpan={width} className="h-8 border-b border-line px-4 text-left text-xs text-faint">
            {heading}
          </th>
        </tr>
      )}
      <tr
        data-row={id}
        {...(symbol ? { "data-symbol": symbol } : {})}
        aria-rowindex={index === undefined ? undefined : index + 2}
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.target !== event.currentTarget) return;
          if (event.key === "Enter" && opens) onToggle(id);
          if (event.key === " " && chosen !== undefined) {
            event.preventDefault();
            onChoose(id);
          }
        }}
        className={cx(
          "group border-b border-line hover:bg-hover focus-visible:bg-hover",
          chosen && "bg-hover",
          shape.tone?.(row),
        )}
      >
        {chosen !== undefined && (
          <td className={cx(high, "w-8 pr-0 pl-4")}>
            <input
              type="checkbox"
              aria-label={t("common:grid.choose", { name: shape.name(row) })}
              className="block accent-(--accent)"
              checked={chosen}
              disabled={shape.selectable?.(row) === false}
              onChange={() => onChoose(id)}
            />
          </td>
        )}
        {columns.map((column, at) => (
          <td key={column.key} className={cx(cellLook(column), at === 0 && "relative", at === 0 && !opens && "pl-4")}>
            {at === 0 ? (
              <>
                <span className="flex items-center gap-2">
                  {opens && (
                    <button
                      type="button"
                      aria-expanded={open}
                      aria-label={
                        open
                          ? t("common:grid.fold", { name: shape.name(row) })
                          : t("common:grid.unfold", { name: shape.name(row) })
                      }
                      onClick={() => onToggle(id)}
                      className="grid size-5 shrink-0 place-items-center text-faint hover:text-ink"
                    >
                      <ChevronRight className={cx("size-3.5", open && "rotate-90")} aria-hidden="true" />
                    </button>
                  )}
                  {column.cell(row)}
                </span>
                {actions && (
                  <span className="absolute inset-y-0 right-0 hidden items-center gap-1 bg-hover pl-2 group-focus-within:flex group-hover:flex has-data-[state=open]:flex">
                    {actions(row)}
                  </span>
                )}
              </>
            ) : (
              column.cell(row)
            )}
          </td>
        ))}
      </tr>
      {open &&
        parts?.of(row).map((part) => (
          <tr key={parts.id(part)} className={cx("border-b border-line bg-panel", parts.tone?.(part) ?? "text-quiet")}>
            {chosen !== undefined && <td />}
            {columns.map((column, at) => (
              <td key={column.key} className={cx(cellLook(column), at === 0 && "pl-9")}>
                {column.part?.(part, row)}
              </td>
            ))}
          </tr>
        ))}
      {open && expand && (
        <tr className="border-b border-line bg-panel">
          <td colSpan={width} className="px-4 py-2">
            {expand(row)}
          </td>
        </tr>
      )}
    </tbody>
  );
}

export const GridRow = memo(RowView) as typeof RowView;
