// Every broker's charges side by side, line by line, the cheapest first; who is not known says why.
import { Check } from "lucide-react";
import type { Charges, ChargesComparison, ChargesEstimate } from "@/api";
import { BrokerBadge, brokerName } from "@/components/badge";
import { Cell } from "@/components/table";
import { chargeItems } from "@/features/routing/candidates";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";

const lines = chargeItems.filter(({ key }) => key !== "total");
const isNothing = (value: string | undefined): boolean => (money.parse(value) ?? money.ZERO) === 0n;

type Known = ChargesEstimate & { charges: Charges };

function Row({
  label,
  known,
  bold,
  of,
}: {
  label: string;
  known: Known[];
  bold?: boolean;
  of: (one: Known) => string;
}) {
  return (
    <tr className={cx("border-b border-line", bold ? "font-medium" : "text-quiet")}>
      <th scope="row" className="sticky left-0 h-8 bg-ground pr-4 text-left font-[inherit] whitespace-nowrap">
        {label}
      </th>
      {known.map((one) => (
        <Cell key={keyOf(one)}>{of(one)}</Cell>
      ))}
    </tr>
  );
}

const keyOf = (one: ChargesEstimate): string => one.account ?? one.broker;

function Heads({ known }: { known: Known[] }) {
  return (
    <thead>
      <tr className="border-b border-line">
        <th scope="col" className="sticky left-0 h-9 bg-ground text-left text-xs font-normal text-faint">
          Item (₹)
        </th>
        {known.map((one) => (
          <th key={keyOf(one)} scope="col" className="px-2 text-right font-medium whitespace-nowrap last:pr-4">
            <span className="inline-flex items-center gap-1.5">
              {isNothing(one.dearer_by ?? undefined) && (
                <Check className="size-3.5 text-gain" aria-label="the cheapest" />
              )}
              <BrokerBadge broker={one.broker} />
              {one.label ?? brokerName(one.broker)}
            </span>
          </th>
        ))}
      </tr>
    </thead>
  );
}

export function Comparison({ found }: { found: ChargesComparison }) {
  const known = found.estimates.filter((one): one is Known => one.charges !== null);
  const unknown = found.estimates.filter((one) => one.charges === null);
  const funded = known.length > 0 && known.every((one) => one.funded !== null);
  return (
    <div className="flex flex-col gap-3">
      {known.length > 0 && (
        <div className="overflow-x-auto">
          <table className="w-full max-w-3xl" aria-label="Charges by broker">
            <Heads known={known} />
            <tbody>
              {lines
                .filter(({ key }) => known.some((one) => !isNothing(one.charges[key])))
                .map(({ key, label }) => (
                  <Row key={key} label={label} known={known} of={(one) => money.price(one.charges[key], 4)} />
                ))}
              <Row bold label="All charges" known={known} of={(one) => money.price(one.charges.total, 4)} />
              <Row label="In whole paise" known={known} of={(one) => money.price(one.charges.total_of_rounded_lines)} />
              <Row label="Dearer by" known={known} of={(one) => money.price(one.dearer_by)} />
              {funded && (
                <Row label="Interest a day" known={known} of={(one) => money.price(one.funded?.interest_per_day)} />
              )}
            </tbody>
          </table>
        </div>
      )}
      {found.fund_kind === "untold" && (
        <p className="text-quiet">
          No master says what this fund holds: its STT is that of a fund of Indian shares, and nothing if it is not one.
        </p>
      )}
      {unknown.map((one) => (
        <p key={keyOf(one)} className="text-quiet">
          <BrokerBadge broker={one.broker} named /> {one.unknown}
        </p>
      ))}
    </div>
  );
}
