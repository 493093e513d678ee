// Within what a program may act: where, what, how much, when, from where, and what becomes of an order outside.
import "@/text/rooms/tokens";
import { type Exchange, type Product, useListAccountsQuery } from "@/api";
import { Check } from "@/components/check";
import { Field, Segmented, Select } from "@/components/field";
import { span } from "@/lib/time";
import { t } from "@/text";
import type { Draft } from "./draft";

const sides = ["BOTH", "BUY", "SELL"] as const;
const exchanges: readonly Exchange[] = ["NSE", "BSE", "NFO", "BFO", "CDS", "BCD", "MCX"];
const products: readonly Product[] = ["CNC", "MIS", "NRML", "MTF"];
const waits: readonly number[] = [60, 300, 900, 3600];

interface Props {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
}

export function Limits({ draft, set }: Props) {
  const { data: accounts } = useListAccountsQuery();
  const trades = draft.scopes.includes("trade");
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-1 font-medium">{t("tokens:limits")}</legend>
      <p className="text-xs text-faint">{t("tokens:limits_about")}</p>
      {accounts && accounts.length > 0 && (
        <Some
          label={t("tokens:accounts")}
          choices={accounts.map(({ id, label }) => ({ value: id, label }))}
          chosen={draft.accounts}
          onChange={(chosen) => set({ accounts: chosen })}
        />
      )}
      {trades && <What draft={draft} set={set} />}
      {trades && <HowMuch draft={draft} set={set} />}
      <Field
        label={t("tokens:addresses")}
        hint={t("tokens:addresses_hint")}
        value={draft.addresses}
        onChange={(event) => set({ addresses: event.target.value })}
      />
      {trades && <Outside draft={draft} set={set} />}
    </fieldset>
  );
}

function What({ draft, set }: Props) {
  return (
    <>
      <Field
        label={t("tokens:symbols")}
        hint={t("tokens:symbols_hint")}
        value={draft.symbols}
        onChange={(event) => set({ symbols: event.target.value })}
      />
      <Segmented
        label={t("tokens:side")}
        value={draft.side}
        choices={sides.map((value) => ({ value, label: t(`tokens:sides.${value}`) }))}
        onChange={(side) => set({ side })}
      />
      <Some
        label={t("tokens:products")}
        choices={products.map((value) => ({ value, label: value }))}
        chosen={draft.products}
        onChange={(chosen) => set({ products: chosen })}
      />
      <Some
        label={t("tokens:segments")}
        choices={exchanges.map((value) => ({ value, label: value }))}
        chosen={draft.segments}
        onChange={(chosen) => set({ segments: chosen })}
      />
    </>
  );
}

function HowMuch({ draft, set }: Props) {
  return (
    <>
      <div className="grid gap-3 md:grid-cols-3">
        <Field
          label={t("tokens:order_value")}
          inputMode="decimal"
          value={draft.orderValue}
          onChange={(event) => set({ orderValue: event.target.value })}
        />
        <Field
          label={t("tokens:day_value")}
          inputMode="decimal"
          value={draft.dayValue}
          onChange={(event) => set({ dayValue: event.target.value })}
        />
        <Field
          label={t("tokens:day_orders")}
          type="number"
          min={1}
          value={draft.dayOrders}
          onChange={(event) => set({ dayOrders: event.target.value })}
        />
      </div>
      <div className="grid grid-cols-2 gap-3">
        <Field
          label={t("tokens:from")}
          type="time"
          required={draft.end !== ""}
          value={draft.start}
          onChange={(event) => set({ start: event.target.value })}
        />
        <Field
          label={t("tokens:to")}
          type="time"
          required={draft.start !== ""}
          value={draft.end}
          onChange={(event) => set({ end: event.target.value })}
        />
      </div>
    </>
  );
}

function Outside({ draft, set }: Props) {
  const seconds = waits.includes(draft.askSeconds) ? waits : [draft.askSeconds, ...waits];
  const asks = draft.ask && !draft.dryRun;
  return (
    <div>
      <Check
        label={t("tokens:reduce_only")}
        checked={draft.reduceOnly}
        onChange={(reduceOnly) => set({ reduceOnly })}
      />
      <Check label={t("tokens:dry_run")} checked={draft.dryRun} onChange={(dryRun) => set({ dryRun })} />
      {!draft.dryRun && <Check label={t("tokens:ask")} checked={draft.ask} onChange={(ask) => set({ ask })} />}
      {asks && (
        <>
          <Check label={t("tokens:ask_proof")} checked={draft.askProof} onChange={(askProof) => set({ askProof })} />
          <Select
            className="mt-1"
            label={t("tokens:ask_seconds")}
            value={draft.askSeconds}
            onChange={(event) => set({ askSeconds: Number(event.target.value) })}
          >
            {seconds.map((one) => (
              <option key={one} value={one}>
                {span(one)}
              </option>
            ))}
          </Select>
        </>
      )}
    </div>
  );
}

interface SomeProps<T extends string> {
  label: string;
  choices: readonly { value: T; label: string }[];
  chosen: readonly T[];
  onChange: (chosen: T[]) => void;
}

/** Some of a few: none chosen is no limit. */
function Some<T extends string>({ label, choices, chosen, onChange }: SomeProps<T>) {
  return (
    <fieldset>
      <legend className="mb-1 text-xs text-quiet">{label}</legend>
      <div className="flex flex-wrap gap-x-5">
        {choices.map((choice) => (
          <Check
            key={choice.value}
            label={choice.label}
            checked={chosen.includes(choice.value)}
            onChange={(on) => onChange(on ? [...chosen, choice.value] : chosen.filter((each) => each !== choice.value))}
          />
        ))}
      </div>
    </fieldset>
  );
}
