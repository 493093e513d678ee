// Every broker's charges side by side, line by line, the cheapest first; who is not known says why.
import "@/text/rooms/charges";
import { Check } from "lucide-react";
import type { Charges, ChargesComparison, ChargesEstimate } from "@/api";
import { BrokerBadge, brokerName } from "@/components/badge";
import { Cell } from "@/components/table";
import { chargeItems } from "@/features/routing/candidates";
import { cx } from "@/lib/classes";
import { usePhone } from "@/lib/hooks";
import * as money from "@/lib/money";
import { t } from "@/text";

const lines = chargeItems.filter(({ key }) => key !== "total");
const isNothing = (value: string | undefined): boolean => (money.parse(value) ?? money.ZERO) === 0n;

type Known = ChargesEstimate & { charges: Charges };

interface RowProps {
  label: string;
  known: Known[];
  bold?: boolean;
  of: (one: Known) => string;
}

function Row({ label, known, bold, of }: RowProps) {
  return (
    <tr className={cx("border-b border-line", bold ? "font-medium" : "text-quiet")}>
      <th
        scope="row"
        className="sticky left-0 h-8 bg-ground pr-4 text-left font-[inherit] whitespace-nowrap max-md:pr-2 max-md:text-xs"
      >
        {label}
      </th>
      {known.map((one) => (
        <Cell key={keyOf(one)} className="max-md:px-1.5 max-md:text-xs max-md:last:pr-0">
          {of(one)}
        </Cell>
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
          {t("charges:item")}
        </th>
        {known.map((one) => (
          <th
            key={keyOf(one)}
            scope="col"
            className="px-2 text-right font-medium whitespace-nowrap last:pr-4 max-md:px-1.5 max-md:last:pr-0"
          >
            <span className="inline-flex items-center gap-1.5">
              {isNothing(one.dearer_by ?? undefined) && (
                <Check className="size-3.5 text-gain" role="img" aria-label={t("charges:the_cheapest")} />
              )}
              <BrokerBadge broker={one.broker} />
              <span className="max-md:sr-only">{one.label ?? brokerName(one.broker)}</span>
            </span>
          </th>
        ))}
      </tr>
    </thead>
  );
}

export function Comparison({ found }: { found: ChargesComparison }) {
  // Four places of four brokers do not fit a phone: there each line is shown as brokers bill it, to the paisa.
  const places = usePhone() ? 2 : 4;
  const known = found.estimates.filter((one): one is Known => one.charges !== null);
  const unknown = found.estimates.filter((one) => one.charges === null);
  const funded = known.length > 0 && known.every((one) => one.funded !== null);
  return (
    <div className="flex flex-col gap-3">
      {known.length > 0 && (
        // The box contains what is only for screen readers, which would else widen the page.
        <div className="relative overflow-x-auto">
          <table className="w-full max-w-3xl" aria-label={t("charges:table")}>
            <Heads known={known} />
            <tbody>
              {lines
                .filter(({ key }) => known.some((one) => !isNothing(one.charges[key])))
                .map(({ key, label }) => (
                  <Row key={key} label={label} known={known} of={(one) => money.price(one.charges[key], places)} />
                ))}
              <Row
                bold
                label={t("charges:all")}
                known={known}
                of={(one) => money.price(places === 2 ? one.charges.total_of_rounded_lines : one.charges.total, places)}
              />
              {places === 4 && (
                <Row
                  label={t("charges:whole_paise")}
                  known={known}
                  of={(one) => money.price(one.charges.total_of_rounded_lines)}
                />
              )}
              <Row label={t("charges:dearer_by")} known={known} of={(one) => money.price(one.dearer_by)} />
              {funded && (
                <Row
                  label={t("charges:interest")}
                  known={known}
                  of={(one) => money.price(one.funded?.interest_per_day)}
                />
              )}
            </tbody>
          </table>
        </div>
      )}
      {found.fund_kind === "untold" && <p className="text-quiet">{t("charges:untold_fund")}</p>}
      {unknown.map((one) => (
        <p key={keyOf(one)} className="text-quiet">
          <BrokerBadge broker={one.broker} named /> {one.unknown}
        </p>
      ))}
    </div>
  );
}
