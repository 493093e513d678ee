// Numbers on the screen: aligned, signed, never colour alone, and a dash with its reason when unknown.
import { cx } from "@/lib/classes";
import { useClock } from "@/lib/hooks";
import * as money from "@/lib/money";
import { useReachable } from "@/lib/reachable";
import { age, secondsSince } from "@/lib/time";
import { t } from "@/text";

const DASH = "\u2014";

export function Unknown({ reason }: { reason: string }) {
  return (
    <span className="text-faint" title={reason}>
      <span aria-hidden="true">{DASH}</span>
      <span className="sr-only">{t("common:unknown", { reason })}</span>
    </span>
  );
}

interface AmountProps {
  value: money.Decimalish;
  reason?: string;
  className?: string;
}

/** An amount of the user's own money in rupees; hidden by the privacy eye. */
export function Amount({ value, reason, className, brief, sign }: AmountProps & { brief?: boolean; sign?: boolean }) {
  if (money.parse(value) === null) return <Unknown reason={reason ?? t("common:not_known_yet")} />;
  const full = money.rupees(value, { sign });
  const shown = brief ? money.short(value, { sign }) : full;
  return (
    <span className={cx("amount whitespace-nowrap", className)}>
      {shown === full ? (
        <span>{full}</span>
      ) : (
        <span title={full}>
          <span aria-hidden="true">{shown}</span>
          <span className="sr-only">{full}</span>
        </span>
      )}
    </span>
  );
}

export const toneOf = (value: money.Decimalish): string => {
  const direction = money.direction(value);
  return direction === "up" ? "text-gain" : direction === "down" ? "text-loss" : "text-quiet";
};

/** A profit or loss: coloured and signed. */
export function Gain({ value, reason, className, brief }: AmountProps & { brief?: boolean }) {
  return (
    <Amount
      value={value}
      reason={reason}
      brief={brief}
      sign
      className={cx(!className?.includes("text-stale") && toneOf(value), className)}
    />
  );
}

export function Percent({ value, className, reason }: AmountProps) {
  if (money.parse(value) === null) return <Unknown reason={reason ?? t("common:not_known_yet")} />;
  return (
    <span className={cx("whitespace-nowrap", !className?.includes("text-stale") && toneOf(value), className)}>
      {money.percent(value)}
    </span>
  );
}

/** How long ago, counting; with a live dot while it is fresh. */
export function Age({
  at,
  fresh = 5,
  quietWhenFresh = false,
}: {
  at: string | null | undefined;
  fresh?: number;
  quietWhenFresh?: boolean;
}) {
  const text = useClock((now) => age(at, now));
  const reachable = useReachable();
  const recent = useClock((now) => {
    const seconds = secondsSince(at, now);
    return seconds !== null && seconds <= fresh;
  });
  if (recent && reachable) {
    return (
      <span className="inline-flex items-center gap-1 text-faint">
        <span className="size-1.5 rounded-full bg-gain" title={t("common:live_age", { age: text })} />
        <span className={quietWhenFresh ? "sr-only" : ""}>{t("common:live")}</span>
      </span>
    );
  }
  return <span className="text-stale whitespace-nowrap">{text}</span>;
}
