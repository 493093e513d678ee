// Brokers as stable letters, states as words with a dot.
import { cx } from "@/lib/classes";
import { t } from "@/text";

const letters: Record<string, string> = { zerodha: "Z", upstox: "U", groww: "G", mock: "M" };
const names: Record<string, string> = { zerodha: "Zerodha", upstox: "Upstox", groww: "Groww", mock: "Mock" };

export const brokerName = (broker: string): string => names[broker] ?? broker;
export const brokerLetter = (broker: string): string => letters[broker] ?? broker.slice(0, 1).toUpperCase();

export function BrokerBadge({ broker, stale, named }: { broker: string; stale?: boolean; named?: boolean }) {
  const name = brokerName(broker);
  return (
    <span className={cx("inline-flex items-center gap-1.5 whitespace-nowrap", stale && "text-stale")}>
      <span
        className={cx(
          "inline-grid size-[18px] place-items-center rounded-sm border text-2xs font-semibold leading-none",
          stale ? "border-line text-stale" : "border-edge text-ink",
        )}
        title={stale ? t("common:not_current", { name }) : name}
        aria-hidden={named}
      >
        {brokerLetter(broker)}
      </span>
      {named ? <span>{name}</span> : <span className="sr-only">{name}</span>}
    </span>
  );
}

export type Tone = "good" | "warning" | "bad" | "unknown" | "quiet" | "accent";

const dots: Record<Tone, string> = {
  good: "bg-gain",
  warning: "bg-warning",
  bad: "bg-loss",
  unknown: "striped striped-fine",
  quiet: "bg-faint",
  accent: "bg-accent",
};
const inks: Record<Tone, string> = {
  good: "text-ink",
  warning: "text-warning",
  bad: "text-loss",
  unknown: "text-unknown",
  quiet: "text-quiet",
  accent: "text-ink",
};

export function StateWord({ tone, children }: { tone: Tone; children: React.ReactNode }) {
  return (
    <span className={cx("inline-flex items-center gap-1.5 whitespace-nowrap", inks[tone])}>
      <span className={cx("size-2 shrink-0 rounded-full", dots[tone])} aria-hidden="true" />
      {children}
    </span>
  );
}

export function Tag({ children, title }: { children: React.ReactNode; title?: string }) {
  return (
    <span title={title} className="rounded-sm bg-hover px-1 text-2xs leading-4 text-quiet whitespace-nowrap">
      {children}
    </span>
  );
}

/** BUY or SELL, in its colour and as a word. */
export function SideWord({ side }: { side: "BUY" | "SELL" }) {
  return <span className={cx("font-medium", side === "BUY" ? "text-buy-text" : "text-sell-text")}>{side}</span>;
}
