// Above a table: finding rows, choosing and ordering columns, saving what is seen.
import { ArrowDown, ArrowUp, Columns3, Download, Search } from "lucide-react";
import { Popover } from "radix-ui";
import { Button } from "@/components/button";
import { cx } from "@/lib/classes";
import type { GridChoice, GridSort } from "@/lib/prefs";
import { t } from "@/text";
import { type Column, isShown, noChoice, ordered, shifted, toggled } from "./columns";

type AnyColumn = Pick<Column<never>, "key" | "label" | "title" | "hidden" | "sort" | "left">;

interface ChoiceProps {
  columns: readonly AnyColumn[];
  choice: GridChoice;
  onChoice: (choice: GridChoice) => void;
}

/** Which columns are shown and in which order; the first is always there. */
export function ColumnChoice({ columns, choice, onChoice }: ChoiceProps) {
  const others = ordered(columns, choice).slice(1);
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button look="ghost" size="sm">
          <Columns3 className="size-3.5" aria-hidden="true" /> {t("common:grid.columns")}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={t("common:grid.columns")}
          className="enter z-50 max-h-[70dvh] w-64 overflow-y-auto rounded-md bg-panel py-1 shadow-(--shadow)"
        >
          <ul>
            {others.map((column, index) => (
              <li key={column.key} className="flex items-center pr-1 pl-3 hover:bg-hover">
                <label className="flex min-h-8 min-w-0 flex-1 cursor-pointer items-center gap-2">
                  <input
                    type="checkbox"
                    className="accent-(--accent)"
                    checked={isShown(column, choice)}
                    onChange={() => onChoice(toggled(column, choice))}
                  />
                  <span className="truncate">{column.title ?? column.label}</span>
                </label>
                <Mover column={column} by={-1} first={index === 0} {...{ columns, choice, onChoice }} />
                <Mover column={column} by={1} first={index === others.length - 1} {...{ columns, choice, onChoice }} />
              </li>
            ))}
          </ul>
          <div className="border-t border-line px-2 pt-1">
            <Button look="ghost" size="sm" onClick={() => onChoice({ ...noChoice, sort: choice.sort })}>
              {t("common:grid.reset")}
            </Button>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Mover(props: ChoiceProps & { column: AnyColumn; by: -1 | 1; first: boolean }) {
  const { column, by, first, columns, choice, onChoice } = props;
  const Icon = by < 0 ? ArrowUp : ArrowDown;
  const name = column.title ?? column.label;
  return (
    <button
      type="button"
      aria-label={by < 0 ? t("common:grid.earlier", { name }) : t("common:grid.later", { name })}
      disabled={first}
      onClick={() => onChoice(shifted(columns, choice, column.key, by))}
      className="grid size-7 place-items-center rounded-sm text-faint hover:bg-pressed hover:text-ink disabled:opacity-30"
    >
      <Icon className="size-3.5" aria-hidden="true" />
    </button>
  );
}

export function FindField({ text, onText, label }: { text: string; onText: (text: string) => void; label: string }) {
  return (
    <span className="relative min-w-0 max-md:flex-1">
      <Search
        className="pointer-events-none absolute inset-y-0 left-2 my-auto size-3.5 text-faint"
        aria-hidden="true"
      />
      <input
        type="search"
        aria-label={label}
        placeholder={t("common:grid.find")}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || text === "") return;
          event.stopPropagation();
          onText("");
        }}
        className="field w-full pl-7 md:h-7 md:w-40 md:text-xs"
      />
    </span>
  );
}

/** The phone has no heads to tap: the order is chosen here. */
export function SortSelect(props: {
  columns: readonly AnyColumn[];
  sort: GridSort | null;
  onSort: (sort: GridSort) => void;
}) {
  const { columns, sort, onSort } = props;
  const Icon = sort?.descending === false ? ArrowUp : ArrowDown;
  return (
    <span className="flex shrink-0 items-center gap-1">
      <select
        aria-label={t("common:grid.sort_by")}
        className="field w-auto max-w-36"
        value={sort?.key ?? ""}
        onChange={(event) => onSort({ key: event.target.value, descending: sort?.descending ?? true })}
      >
        {!sort && <option value="">{t("common:grid.unsorted")}</option>}
        {columns.flatMap((column) =>
          column.sort ? (
            <option key={column.key} value={column.key}>
              {column.title ?? column.label}
            </option>
          ) : (
            []
          ),
        )}
      </select>
      <Button
        size="icon"
        aria-label={sort?.descending === false ? t("common:grid.ascending") : t("common:grid.descending")}
        disabled={!sort}
        onClick={() => sort && onSort({ ...sort, descending: !sort.descending })}
      >
        <Icon className="size-4" aria-hidden="true" />
      </Button>
    </span>
  );
}

export function SaveButton({ onSave, className }: { onSave: () => void; className?: string }) {
  return (
    <Button look="ghost" size="sm" onClick={onSave} title={t("common:grid.csv_about")} className={cx(className)}>
      <Download className="size-3.5" aria-hidden="true" /> {t("common:grid.csv")}
    </Button>
  );
}
