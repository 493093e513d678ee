// The form of a new token: what the program may do, within what, and the same in plain words.
import "@/text/rooms/tokens";
import { useState } from "react";
import { inWords, type NewToken, problemOf, useListAccountsQuery, useMakeTokenMutation } from "@/api";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Segmented } from "@/components/field";
import { Notice } from "@/components/surface";
import { t } from "@/text";
import { Check } from "./Check";
import { canDo, type Draft, empty, type Scope, tokenOf } from "./draft";

const scopes: readonly Scope[] = ["read", "trade", "funds"];
const sides = ["BOTH", "BUY", "SELL"] as const;

export function MakeToken({ onMade, onClose }: { onMade: (made: NewToken) => void; onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>(empty);
  const [make, making] = useMakeTokenMutation();
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change });
  const problem = making.error ? problemOf(making.error) : null;

  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    const { data } = await make({ tokenIn: tokenOf(draft) });
    if (data) onMade(data);
  }

  return (
    <Dialog open onClose={onClose} title={t("tokens:new")}>
      <form className="flex flex-col gap-4 p-4" onSubmit={(event) => void submit(event)}>
        <Field
          label={t("tokens:name")}
          hint={t("tokens:name_hint")}
          value={draft.name}
          maxLength={80}
          required
          onChange={(event) => set({ name: event.target.value })}
        />
        <fieldset>
          <legend className="mb-1 text-xs text-quiet">{t("tokens:scopes")}</legend>
          {scopes.map((scope) => (
            <Check
              key={scope}
              label={t(`tokens:scope.${scope}`)}
              checked={draft.scopes.includes(scope)}
              onChange={(on) =>
                set({ scopes: scopes.filter((one) => (one === scope ? on : draft.scopes.includes(one))) })
              }
            />
          ))}
        </fieldset>
        <Limits draft={draft} set={set} />
        <Field
          label={t("tokens:days")}
          type="number"
          min={1}
          max={365}
          required
          value={draft.days}
          onChange={(event) => set({ days: event.target.value })}
        />
        <section aria-label={t("tokens:can")} aria-live="polite" className="rounded-md border border-line p-3">
          <h3 className="mb-1 text-xs text-quiet">{t("tokens:can")}</h3>
          <ul>
            {canDo(draft).map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </section>
        {problem && <Notice tone="bad">{inWords(problem)}</Notice>}
        <Button type="submit" look="primary" disabled={making.isLoading || draft.scopes.length === 0}>
          {t("tokens:make")}
        </Button>
      </form>
    </Dialog>
  );
}

interface LimitsProps {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
}

function Limits({ draft, set }: LimitsProps) {
  const { data: accounts } = useListAccountsQuery();
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-1 font-medium">{t("tokens:limits")}</legend>
      <p className="text-xs text-faint">{t("tokens:limits_about")}</p>
      {accounts && accounts.length > 0 && (
        <fieldset>
          <legend className="mb-1 text-xs text-quiet">{t("tokens:accounts")}</legend>
          {accounts.map(({ id, label }) => (
            <Check
              key={id}
              label={label}
              checked={draft.accounts.includes(id)}
              onChange={(on) =>
                set({ accounts: on ? [...draft.accounts, id] : draft.accounts.filter((one) => one !== id) })
              }
            />
          ))}
        </fieldset>
      )}
      {draft.scopes.includes("trade") && <TradeLimits draft={draft} set={set} />}
      <Field
        label={t("tokens:addresses")}
        hint={t("tokens:addresses_hint")}
        value={draft.addresses}
        onChange={(event) => set({ addresses: event.target.value })}
      />
    </fieldset>
  );
}

function TradeLimits({ draft, set }: LimitsProps) {
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
      <div>
        <Check
          label={t("tokens:reduce_only")}
          checked={draft.reduceOnly}
          onChange={(reduceOnly) => set({ reduceOnly })}
        />
        <Check label={t("tokens:dry_run")} checked={draft.dryRun} onChange={(dryRun) => set({ dryRun })} />
        {!draft.dryRun && <Check label={t("tokens:ask")} checked={draft.ask} onChange={(ask) => set({ ask })} />}
        {!draft.dryRun && draft.ask && (
          <Check label={t("tokens:ask_proof")} checked={draft.askProof} onChange={(askProof) => set({ askProof })} />
        )}
      </div>
    </>
  );
}
