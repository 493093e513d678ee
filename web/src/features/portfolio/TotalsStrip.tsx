// The heroes: what it is worth, what it earned, what can be used; and what is missing from the sums.
import { Amount, Gain, Percent } from "@/components/figures";
import { cx } from "@/lib/classes";
import type { LiveTotals } from "./valuation";

function Total({ label, children, hero }: { label: string; children: React.ReactNode; hero?: boolean }) {
  return (
    <div className={cx("min-w-0", hero && "max-md:col-span-2")}>
      <dt className="text-xs text-faint">{label}</dt>
      <dd className={hero ? "text-2xl font-semibold tracking-tight" : "text-lg font-medium"}>{children}</dd>
    </div>
  );
}

export function TotalsStrip({ totals, without }: { totals: LiveTotals; without: string | null }) {
  const reason = without ? `${without} is missing and has no last figure` : "not known yet";
  return (
    <dl
      aria-label="Totals"
      className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] gap-x-4 gap-y-3 px-4 pt-3 pb-4 md:flex md:flex-wrap md:items-end md:gap-x-10"
    >
      <Total label="Portfolio value" hero>
        <Amount value={totals.value} reason={reason} />
      </Total>
      <Total label="Day P&L">
        <Gain value={totals.dayPnl} reason={reason} />
      </Total>
      <Total label="Overall P&L">
        <Gain value={totals.pnl} reason={reason} />{" "}
        {totals.pnlPercent !== null && <Percent value={totals.pnlPercent} className="text-sm" />}
      </Total>
      <Total label="Invested">
        <Amount value={totals.invested} reason={reason} />
      </Total>
      <Total label="Cash">
        <Amount value={totals.cash} reason={reason} />
      </Total>
      <Total label="Usable margin">
        <Amount value={totals.margin} reason={reason} />
      </Total>
    </dl>
  );
}
