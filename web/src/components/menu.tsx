// A menu of actions behind one button; arrow keys, letters, Escape.
import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import { cx } from "@/lib/classes";

export interface MenuItem {
  label: string;
  onSelect: () => void;
  /** Quiet words below the label: what it will do. */
  note?: string;
  icon?: React.ReactNode;
  /** Why it cannot be chosen now; it stays visible with this reason. */
  why?: string | null;
  danger?: boolean;
  checked?: boolean;
}

interface Props {
  /** The button; it must take a ref and pass props on, as `<Button>` does. */
  trigger: React.ReactElement;
  label: string;
  items: readonly (MenuItem | "line")[];
  align?: "start" | "end";
}

export function Menu({ trigger, label, items, align = "end" }: Props) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="enter z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 max-w-[min(320px,92vw)] overflow-y-auto rounded-md bg-panel py-1 shadow-(--shadow)"
        >
          {items.map((item, at) =>
            item === "line" ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines are all alike
              <Radix.Separator key={at} className="my-1 h-px bg-line" />
            ) : (
              <Item key={item.label} item={item} />
            ),
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Item({ item }: { item: MenuItem }) {
  const words = item.why ?? item.note;
  const look = cx(
    "flex min-h-8 cursor-pointer items-center gap-2 px-3 py-1 outline-none select-none max-md:min-h-11",
    "data-highlighted:bg-hover data-disabled:cursor-not-allowed data-disabled:text-faint",
    item.danger ? "text-loss" : "text-ink",
  );
  const inside = (
    <>
      {item.icon && <span className="text-faint [&_svg]:size-4">{item.icon}</span>}
      <span className="min-w-0">
        {item.label}
        {words && <span className="block text-xs text-faint">{words}</span>}
      </span>
    </>
  );
  if (item.checked !== undefined) {
    return (
      <Radix.CheckboxItem
        checked={item.checked}
        disabled={Boolean(item.why)}
        onSelect={(event) => event.preventDefault()}
        onCheckedChange={item.onSelect}
        className={look}
      >
        <Check aria-hidden="true" className={cx("size-4 shrink-0 text-accent", !item.checked && "invisible")} />
        {inside}
      </Radix.CheckboxItem>
    );
  }
  return (
    <Radix.Item disabled={Boolean(item.why)} onSelect={item.onSelect} className={look}>
      {inside}
    </Radix.Item>
  );
}
