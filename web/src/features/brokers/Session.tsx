// When a session ends, counting down; and the words of a breaker.
import "@/text/rooms/brokers";
import type { Account, Breaker } from "@/api";
import { StateWord, type Tone } from "@/components/badge";
import { Unknown } from "@/components/figures";
import { cx } from "@/lib/classes";
import { useClock } from "@/lib/hooks";
import { dayTime, until } from "@/lib/time";
import { hasText, t } from "@/text";

const SOON = 60 * 60_000;

/** True within the last hour of a session. */
export const endsSoon = (account: Account, now: number): boolean =>
  account.state === "connected" && account.expires_at !== null && Date.parse(account.expires_at) - now < SOON;

export function Expiry({ account }: { account: Account }) {
  const left = useClock((now) => until(account.expires_at, now));
  const soon = useClock((now) => endsSoon(account, now));
  if (account.state !== "connected") return <Unknown reason={t("brokers:row.no_session")} />;
  if (!account.expires_at) return <span>{t("brokers:row.does_not_end")}</span>;
  return (
    <span className={cx(soon && "text-warning")}>
      <span className="whitespace-nowrap">{t("brokers:morning.ends", { time: dayTime(account.expires_at) })}</span>{" "}
      <span className="whitespace-nowrap text-faint">{left}</span>
    </span>
  );
}

const tones: Record<string, Tone> = { closed: "good", half_open: "warning", open: "bad" };

export function BreakerWord({ state }: { state: Breaker }) {
  const word = `brokers:breakers.${state}`;
  const about = `brokers:breaker_words.${state}`;
  return (
    <span title={hasText(about) ? t(about) : undefined}>
      <StateWord tone={tones[state] ?? "unknown"}>{hasText(word) ? t(word) : String(state)}</StateWord>
    </span>
  );
}

export function Fact({ label, children, title }: { label: string; children: React.ReactNode; title?: string }) {
  return (
    <div title={title}>
      <dt className="text-xs text-faint">{label}</dt>
      <dd className="min-h-[18px]">{children}</dd>
    </div>
  );
}
