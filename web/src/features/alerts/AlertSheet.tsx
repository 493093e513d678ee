// Make or change an alert of one instrument, beside the price it is about.
import "@/text/rooms/alerts";
import { useState } from "react";
import { type Alert, inWords, problemOf, useChangeAlertMutation, useMakeAlertMutation } from "@/api";
import { Button } from "@/components/button";
import { Field, Segmented, Select } from "@/components/field";
import { Sheet } from "@/components/sheet";
import { Notice } from "@/components/surface";
import { MoveCell, PriceCell } from "@/features/market/PriceCell";
import { span } from "@/lib/time";
import { t } from "@/text";
import { type AlertDraft, draftOf, isPercent, kinds, thresholdMistake, toAlert } from "./rules";

interface Props {
  open: boolean;
  onClose: () => void;
  symbol: string;
  /** The one to change; without it a new one is made. */
  alert?: Alert | null;
}

export function AlertSheet({ open, onClose, symbol, alert = null }: Props) {
  return (
    <Sheet
      open={open}
      onClose={onClose}
      title={alert ? t("alerts:change_title", { symbol }) : t("alerts:new_title", { symbol })}
    >
      {open && <AlertForm symbol={symbol} alert={alert} onDone={onClose} />}
    </Sheet>
  );
}

const cooldowns = [60, 300, 900, 3600, 86_400];

function AlertForm({ symbol, alert, onDone }: { symbol: string; alert: Alert | null; onDone: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(alert));
  const [tried, setTried] = useState(false);
  const [make, making] = useMakeAlertMutation();
  const [change, changing] = useChangeAlertMutation();
  const problem = making.error ?? changing.error;
  const refused = problem ? problemOf(problem) : null;
  const set = (part: Partial<AlertDraft>) => setDraft({ ...draft, ...part });
  const mistake = thresholdMistake(draft);
  const unit = draft.kind === "volume" ? "units" : isPercent(draft.kind) ? "percent" : "rupees";

  function save(event: React.FormEvent): void {
    event.preventDefault();
    setTried(true);
    if (mistake) return;
    const { threshold, repeats, cooldown, note, ...rest } = toAlert(draft, symbol);
    const sent = alert
      ? change({ alertId: alert.id, alertPatch: { version: alert.version, threshold, repeats, cooldown, note } })
      : make({ alertIn: { threshold, repeats, cooldown, note, ...rest } });
    sent.unwrap().then(onDone, () => undefined); // shown below
  }
  return (
    <form onSubmit={save} className="space-y-4 p-4" noValidate>
      <p className="flex items-baseline gap-2">
        <span className="text-xl font-semibold">
          <PriceCell symbol={symbol} />
        </span>
        <MoveCell symbol={symbol} showChange />
      </p>
      <div className="grid grid-cols-2 gap-3">
        <Select
          label={t("alerts:when")}
          value={draft.kind}
          disabled={alert !== null}
          onChange={(event) => set({ kind: event.target.value as AlertDraft["kind"] })}
        >
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {t(`alerts:kind.${kind}`)}
            </option>
          ))}
        </Select>
        <Field
          label={t(`alerts:threshold.${unit}`)}
          value={draft.threshold}
          inputMode="decimal"
          autoComplete="off"
          error={(tried ? mistake : null) ?? (refused?.field === "threshold" ? inWords(refused) : null)}
          onChange={(event) => set({ threshold: event.target.value })}
        />
      </div>
      {isPercent(draft.kind) && !alert && (
        <Segmented
          label={t("alerts:counted_from")}
          value={draft.reference}
          choices={[
            { value: "close", label: t("alerts:reference.close") },
            { value: "now", label: t("alerts:reference.now") },
          ]}
          onChange={(reference) => set({ reference })}
        />
      )}
      <Segmented
        label={t("alerts:how_often")}
        value={draft.repeats ? "again" : "once"}
        choices={[
          { value: "once", label: t("alerts:once") },
          { value: "again", label: t("alerts:again") },
        ]}
        onChange={(often) => set({ repeats: often === "again" })}
      />
      {draft.repeats && (
        <Select
          label={t("alerts:cooldown")}
          value={String(draft.cooldown)}
          onChange={(event) => set({ cooldown: Number(event.target.value) })}
        >
          {[...new Set([...cooldowns, draft.cooldown])].map((seconds) => (
            <option key={seconds} value={seconds}>
              {span(seconds)}
            </option>
          ))}
        </Select>
      )}
      <Field
        label={t("alerts:note")}
        value={draft.note}
        maxLength={200}
        onChange={(event) => set({ note: event.target.value })}
      />
      {refused && refused.field !== "threshold" && <Notice tone="bad">{inWords(refused)}</Notice>}
      <Button look="primary" type="submit" className="w-full" disabled={making.isLoading || changing.isLoading}>
        {alert ? t("alerts:change") : t("alerts:make")}
      </Button>
    </form>
  );
}
