// Tabs over one place of the page: arrow keys move between them, a count stands quietly beside its word.
import { Tabs as Radix } from "radix-ui";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";

export interface Tab<T extends string> {
  value: T;
  label: string;
  /** How many are behind it; left out while it is not known. */
  count?: number;
  disabled?: boolean;
}

interface Props<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  tabs: readonly Tab<T>[];
  /** The panels, as `<TabPanel value=…>`. */
  children: React.ReactNode;
  /** Stands at the right end of the row: filters, an export. */
  actions?: React.ReactNode;
  className?: string;
}

export function Tabs<T extends string>({ label, value, onChange, tabs, children, actions, className }: Props<T>) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as T)} className={className}>
      <div className="flex items-center gap-2 border-b border-line px-4 max-md:px-0">
        <Radix.List aria-label={label} className="flex min-w-0 flex-1 overflow-x-auto max-md:px-2">
          {tabs.map((tab) => (
            <Radix.Trigger
              key={tab.value}
              value={tab.value}
              disabled={tab.disabled}
              className={cx(
                "-mb-px h-9 border-b-2 border-transparent px-2.5 text-quiet whitespace-nowrap hover:text-ink max-md:h-11 max-md:px-3.5",
                "data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink disabled:opacity-40",
              )}
            >
              {tab.label}{" "}
              {tab.count !== undefined && <span className="font-normal text-faint">{money.quantity(tab.count)}</span>}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {actions}
      </div>
      {children}
    </Radix.Root>
  );
}

export function TabPanel({
  value,
  children,
  className,
}: {
  value: string;
  children: React.ReactNode;
  className?: string;
}) {
  return (
    <Radix.Content value={value} className={cx("outline-none focus-visible:outline-2", className)}>
      {children}
    </Radix.Content>
  );
}
