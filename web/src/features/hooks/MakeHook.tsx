// The form of a new hook: which token it trades with, and how an alert becomes an order.
import "@/text/rooms/hooks";
import { useId, useState } from "react";
import { Link } from "react-router";
import { type HookMade, inWords, problemOf } from "@/api";
import { useListTokensQuery, useMakeHookMutation } from "@/api/programs";
import { Button } from "@/components/button";
import { Check } from "@/components/check";
import { Dialog } from "@/components/dialog";
import { Field, Segmented, Select } from "@/components/field";
import { Notice, Waiting } from "@/components/surface";
import { t } from "@/text";
import { type By, type Draft, empty, hookOf } from "./rules";

const kinds: readonly By[] = ["contracts", "lots", "units", "rupees"];
const products = ["MIS", "CNC", "NRML"] as const;

export function MakeHook({ onMade, onClose }: { onMade: (made: HookMade) => void; onClose: () => void }) {
  const { data: tokens, error: lost } = useListTokensQuery();
  const trading = tokens?.items.filter((one) => one.scopes.includes("trade") && !one.expired);
  return (
    <Dialog open onClose={onClose} title={t("hooks:make")}>
      {lost && <Notice tone="bad">{inWords(problemOf(lost))}</Notice>}
      {!trading && !lost && <Waiting rows={6} />}
      {trading?.length === 0 && (
        <div className="flex flex-col items-start gap-3 p-4">
          <p className="text-quiet">{t("hooks:no_tokens")}</p>
          <Link to="/settings/tokens" className="text-accent underline underline-offset-2 max-md:py-3">
            {t("hooks:make_token")}
          </Link>
        </div>
      )}
      {trading && trading.length > 0 && <Form tokens={trading} onMade={onMade} />}
    </Dialog>
  );
}

interface FormProps {
  tokens: { id: string; name: string }[];
  onMade: (made: HookMade) => void;
}

function Form({ tokens, onMade }: FormProps) {
  const [draft, setDraft] = useState<Draft>({ ...empty, token: tokens[0]?.id ?? "" });
  const [make, { error, isLoading }] = useMakeHookMutation();
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const needsCount = draft.by === "units" || draft.by === "rupees";
  const complete = draft.name.trim() !== "" && (!needsCount || draft.count.trim() !== "");

  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    if (!complete) return;
    const { data } = await make({ hookIn: hookOf(draft) });
    if (data) onMade(data);
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4 p-4">
      <Field
        label={t("hooks:name")}
        value={draft.name}
        maxLength={60}
        autoFocus
        onChange={(event) => set({ name: event.target.value })}
      />
      <Select label={t("hooks:token")} value={draft.token} onChange={(event) => set({ token: event.target.value })}>
        {tokens.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </Select>
      <Segmented
        label={t("hooks:product")}
        value={draft.product}
        choices={products.map((value) => ({ value, label: value }))}
        onChange={(product) => set({ product })}
      />
      <Select
        label={t("hooks:quantity")}
        value={draft.by}
        onChange={(event) => set({ by: kinds.find((one) => one === event.target.value) ?? draft.by, count: "" })}
      >
        {kinds.map((by) => (
          <option key={by} value={by}>
            {t(`hooks:by.${by}`)}
          </option>
        ))}
      </Select>
      {needsCount && (
        <Field
          label={draft.by === "units" ? t("hooks:units") : t("hooks:amount")}
          inputMode="decimal"
          value={draft.count}
          onChange={(event) => set({ count: event.target.value })}
        />
      )}
      <Segmented
        label={t("hooks:order_type")}
        value={draft.orderType}
        choices={[
          { value: "MARKET", label: t("hooks:market") },
          { value: "LIMIT", label: t("hooks:limit") },
        ]}
        onChange={(orderType) => set({ orderType })}
      />
      {draft.orderType === "LIMIT" && (
        <Field
          label={t("hooks:offset")}
          inputMode="decimal"
          value={draft.offset}
          onChange={(event) => set({ offset: event.target.value })}
        />
      )}
      <Names value={draft.symbols} onChange={(symbols) => set({ symbols })} />
      <Check
        label={t("hooks:only_tradingview")}
        checked={draft.onlyTradingview}
        onChange={(onlyTradingview) => set({ onlyTradingview })}
      />
      {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
      <Button look="primary" type="submit" className="self-start" disabled={isLoading || !complete}>
        {t("hooks:save")}
      </Button>
    </form>
  );
}

function Names({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-xs text-quiet">
        {t("hooks:symbols")}
      </label>
      <textarea
        id={id}
        rows={2}
        aria-describedby={`${id}-note`}
        className="field h-auto w-full py-2 font-mono text-xs"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-note`} className="mt-1 text-xs text-faint">
        {t("hooks:symbols_hint")}
      </p>
    </div>
  );
}
