// 25, 50 and 100 %: of the position that it closes, of what can be sold, or of what the usable margin lets one buy.
import { useGetPortfolioQuery } from "@/api";
import type { Amount } from "@/lib/money";
import * as money from "@/lib/money";
import { t } from "@/text";
import { type Draft, partOf } from "./draft";
import { most } from "./standing";
import type { Instrument } from "./useDraft";

interface Props {
  draft: Draft;
  stock: Instrument;
  /** The margin of one unit by the last preview, where there is one. */
  eachNeeds: Amount | null;
  onPick: (quantity: string) => void;
}

export function QuantityShortcuts({ draft, stock, eachNeeds, onPick }: Props) {
  const { data } = useGetPortfolioQuery();
  if (!data) return null;
  const whole = most(data, stock, draft, eachNeeds);
  if (whole.units < stock.lot) return null;
  const of = t(`ticket:part_of.${whole.of}`, { count: whole.units, units: money.quantity(whole.units) });
  return (
    <span className="flex gap-2">
      {[25, 50, 100].map((part) => (
        <button
          key={part}
          type="button"
          tabIndex={-1}
          title={t("ticket:part", { part, of })}
          className="text-2xs text-faint hover:text-ink max-md:-my-3.5 max-md:min-h-11 max-md:min-w-11 max-md:text-xs"
          onClick={() => onPick(partOf(whole.units, part, stock.lot))}
        >
          {t("ticket:percent", { part })}
        </button>
      ))}
    </span>
  );
}
