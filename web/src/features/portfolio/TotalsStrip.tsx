// The heroes: what it is worth, what it earned, what can be used; and what is missing from the sums.
import { Amount, Gain, Percent } from "@/components/figures";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { t } from "@/text";
import type { LiveTotals } from "./valuation";

function Total({ label, children, hero }: { label: string; children: React.ReactNode; hero?: boolean }) {
  return (
    <div className={cx("min-w-0", hero && "max-md:col-span-2")}>
      <dt className="text-xs text-faint">{label}</dt>
      <dd className={hero ? "text-2xl font-semibold tracking-tight" : "text-lg font-medium"}>{children}</dd>
    </div>
  );
}

/** The day's profit as a percentage of what there was before it. */
export function dayPercentOf({ value, dayPnl }: LiveTotals): money.Amount | null {
  if (value === null || dayPnl === null) return null;
  return money.percentOf(dayPnl, money.subtract(value, dayPnl));
}

export function TotalsStrip({ totals, without }: { totals: LiveTotals; without: string | null }) {
  const reason = without ? t("portfolio:totals.missing", { words: without }) : t("common:not_known_yet");
  const dayPercent = dayPercentOf(totals);
  return (
    <dl
      aria-label={t("portfolio:totals.label")}
      className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] gap-x-4 gap-y-3 px-4 pt-3 pb-4 md:flex md:flex-wrap md:items-end md:gap-x-10"
    >
      <Total label={t("portfolio:totals.value")} hero>
        <Amount value={totals.value} reason={reason} />
      </Total>
      <Total label={t("portfolio:totals.day")}>
        <Gain value={totals.dayPnl} reason={reason} />{" "}
        {dayPercent !== null && <Percent value={dayPercent} className="text-sm" />}
      </Total>
      <Total label={t("portfolio:totals.overall")}>
        <Gain value={totals.pnl} reason={reason} />{" "}
        {totals.pnlPercent !== null && <Percent value={totals.pnlPercent} className="text-sm" />}
      </Total>
      <Total label={t("portfolio:totals.margin")}>
        <Amount value={totals.margin} reason={reason} />
      </Total>
      <Total label={t("portfolio:totals.invested")}>
        <Amount value={totals.invested} reason={reason} />
      </Total>
      <Total label={t("portfolio:totals.cash")}>
        <Amount value={totals.cash} reason={reason} />
      </Total>
    </dl>
  );
}
