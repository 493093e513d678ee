// How many: units, and lots beside them where a contract trades in lots. Arrows step by the lot.
import { Field } from "@/components/field";
import type { Amount } from "@/lib/money";
import * as money from "@/lib/money";
import { t } from "@/text";
import { cleaned, type Draft, isDerivative, lotsOf, lotsToUnits, stepQuantity, units } from "./draft";
import { QuantityShortcuts } from "./QuantityShortcuts";
import { arrows } from "./stepping";
import type { Instrument } from "./useDraft";

interface Props {
  draft: Draft;
  stock: Instrument;
  mistake: string | undefined;
  eachNeeds: Amount | null;
  onChange: (quantity: string) => void;
}

export function QuantityField({ draft, stock, mistake, eachNeeds, onChange }: Props) {
  const count = units(draft.quantity);
  const step = arrows((steps) => onChange(stepQuantity(draft.quantity, stock.lot, steps)));
  const inLots = stock.lot > 1;
  const sliced = isDerivative(stock.kind) && stock.freeze !== null && count !== null && count > stock.freeze;
  const note = sliced
    ? t("ticket:sliced", { freeze: money.quantity(stock.freeze) })
    : inLots
      ? t("ticket:lot_of", { lot: money.quantity(stock.lot) })
      : undefined;
  return (
    <div className={inLots ? "grid grid-cols-[1fr_2fr] gap-3" : undefined}>
      {inLots && (
        <Field
          label={t("ticket:lots")}
          inputMode="numeric"
          autoComplete="off"
          value={lotsOf(draft.quantity, stock.lot)}
          onChange={(event) => onChange(lotsToUnits(cleaned(event.target.value), stock.lot))}
          onKeyDown={step}
        />
      )}
      <Field
        label={t("ticket:quantity")}
        inputMode="numeric"
        autoComplete="off"
        data-autofocus
        value={draft.quantity}
        error={draft.quantity === "" ? null : mistake}
        hint={note}
        trailing={<QuantityShortcuts draft={draft} stock={stock} eachNeeds={eachNeeds} onPick={onChange} />}
        onChange={(event) => onChange(cleaned(event.target.value))}
        onKeyDown={step}
      />
    </div>
  );
}
