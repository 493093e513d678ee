// Toasts and live regions: fills are announced politely, breakers and rejections at once.
import { X } from "lucide-react";
import { useEffect, useSyncExternalStore } from "react";
import { Link } from "react-router";
import { cx } from "@/lib/classes";
import { t } from "@/text";

export interface Toast {
  id: number;
  /** What it is about: a newer toast about the same thing takes its place. */
  key?: string;
  tone: "good" | "bad" | "warning" | "info";
  title: string;
  text?: string;
  to?: string;
  linkLabel?: string;
}

let list: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function set(toasts: readonly Toast[]): void {
  list = toasts;
  for (const listener of listeners) listener();
}

export function toast(entry: Omit<Toast, "id">): void {
  const others = entry.key ? list.filter((each) => each.key !== entry.key) : list;
  set([...others.slice(-3), { ...entry, id: next++ }]);
}

export const dismiss = (id: number): void => set(list.filter((entry) => entry.id !== id));

/** At the end of a session: what they tell is its owner's. */
export const dismissAll = (): void => set([]);

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const bars = { good: "bg-gain", bad: "bg-loss", warning: "bg-warning", info: "bg-faint" };

function Entry({ entry }: { entry: Toast }) {
  useEffect(() => {
    const wait = setTimeout(() => dismiss(entry.id), entry.tone === "bad" ? 15_000 : 7_000);
    return () => clearTimeout(wait);
  }, [entry]);
  return (
    <li className="enter pointer-events-auto flex w-full overflow-hidden rounded-md bg-panel shadow-(--shadow) md:w-[340px]">
      <span className={cx("w-1 shrink-0", bars[entry.tone])} />
      <div className="min-w-0 flex-1 px-3 py-2">
        <p className="font-medium">{entry.title}</p>
        {entry.text && <p className="text-quiet">{entry.text}</p>}
        {entry.to && (
          <Link
            to={entry.to}
            onClick={() => dismiss(entry.id)}
            className="inline-flex items-center text-accent underline-offset-2 hover:underline max-md:min-h-11"
          >
            {entry.linkLabel ?? t("common:open")}
          </Link>
        )}
      </div>
      <button
        type="button"
        aria-label={t("common:dismiss")}
        onClick={() => dismiss(entry.id)}
        className="grid w-8 shrink-0 place-items-center text-faint hover:text-ink max-md:w-11"
      >
        <X className="size-4" />
      </button>
    </li>
  );
}

export function Toasts() {
  const toasts = useSyncExternalStore(subscribe, () => list);
  const loud = toasts.filter((entry) => entry.tone === "bad" || entry.tone === "warning");
  const calm = toasts.filter((entry) => entry.tone === "good" || entry.tone === "info");
  return (
    <div className="pointer-events-none fixed inset-x-3 z-60 flex flex-col items-end gap-2 max-md:top-[calc(52px+env(safe-area-inset-top))] md:inset-x-auto md:right-4 md:bottom-4">
      <ol aria-live="polite" aria-label={t("common:notifications")} className="contents">
        {calm.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
      <ol aria-live="assertive" aria-label={t("common:alerts")} className="contents">
        {loud.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
    </div>
  );
}
