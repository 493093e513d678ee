// Rows and columns: sortable heads, arrow keys between rows, numbers to the right.
import { ArrowDown, ArrowUp } from "lucide-react";
import { cx } from "@/lib/classes";

export interface Sort {
  key: string;
  descending: boolean;
}

interface HeadProps {
  children: React.ReactNode;
  sortKey?: string;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  left?: boolean;
  title?: string;
  /** The least width, in digits. */
  room?: number;
  className?: string;
}

export function Head({ children, sortKey, sort, onSort, left, title, room, className }: HeadProps) {
  const active = sortKey !== undefined && sort?.key === sortKey;
  const Icon = sort?.descending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      title={title}
      style={room ? { minWidth: `${room + 2}ch` } : undefined}
      aria-sort={active ? (sort.descending ? "descending" : "ascending") : undefined}
      className={cx(
        "h-(--row) px-2 text-xs text-faint whitespace-nowrap last:pr-4",
        left ? "text-left" : "text-right",
        className,
      )}
    >
      {sortKey && onSort ? (
        <button
          type="button"
          onClick={() => onSort({ key: sortKey, descending: active ? !sort.descending : true })}
          className={cx("inline-flex items-center gap-0.5 hover:text-ink", active && "text-ink")}
        >
          {!left && active && <Icon className="size-3" aria-hidden="true" />}
          {children}
          {left && active && <Icon className="size-3" aria-hidden="true" />}
        </button>
      ) : (
        children
      )}
    </th>
  );
}

export function Cell({ children, left, className, ...rest }: React.ComponentProps<"td"> & { left?: boolean }) {
  return (
    <td
      className={cx("h-(--row) px-2 whitespace-nowrap last:pr-4", left ? "text-left" : "text-right", className)}
      {...rest}
    >
      {children}
    </td>
  );
}

/** Moves the focus to the neighbouring row that can take it. */
export function moveBetweenRows(event: React.KeyboardEvent<HTMLElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.indexOf((document.activeElement?.closest("[data-row]") ?? null) as HTMLElement);
  const next = rows[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
