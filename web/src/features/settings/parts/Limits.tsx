// Own limits, all of them sent at once, each beside what today has used of it.
import "@/text/rooms/settings";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import {
  inWords,
  type Limits as LimitsTold,
  problemOf,
  useGetLimitsQuery,
  useListBrokersQuery,
  useSetLimitsMutation,
} from "@/api";
import { brokerName } from "@/components/badge";
import { Button } from "@/components/button";
import { Field, Segmented, Select } from "@/components/field";
import { Amount, Gain } from "@/components/figures";
import { Notice, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import * as money from "@/lib/money";
import { t } from "@/text";
import { draftOf, type LimitMistakes, type LimitsDraft, limitsOf, type OwnLine } from "../limits";
import { Group } from "./layout";
import { OnOff } from "./OnOff";

export function Limits() {
  const [opened] = useState(() => Date.now());
  const { data, error, refetch, fulfilledTimeStamp } = useGetLimitsQuery(undefined, {
    refetchOnMountOrArgChange: true,
  });
  if (error) {
    return (
      <Notice tone="bad" className="m-4" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
        {inWords(problemOf(error))}
      </Notice>
    );
  }
  // The form starts from what stands now: a save of older values would undo another device's change.
  if (!data || !fulfilledTimeStamp || fulfilledTimeStamp < opened) return <Waiting rows={10} />;
  return <LimitsForm told={data} />;
}

function LimitsForm({ told }: { told: LimitsTold }) {
  const [draft, setDraft] = useState(() => draftOf(told));
  const [tried, setTried] = useState(false);
  const [save, saving] = useSetLimitsMutation();
  const { limits, mistakes: found } = limitsOf(draft);
  const mistakes: LimitMistakes = tried ? found : {};
  const refused = saving.error ? problemOf(saving.error) : null;
  const change = (part: Partial<LimitsDraft>) => setDraft({ ...draft, ...part });

  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    setTried(true);
    if (!limits) return;
    try {
      setDraft(draftOf(await save({ limitsIn: limits }).unwrap()));
      toast({ tone: "good", title: t("settings:limits.saved") });
    } catch (_shownAbove) {
      // The mutation keeps the error; it is shown at its field or above the form.
    }
  }

  const text = (key: keyof LimitsDraft["text"], used?: React.ReactNode) => (
    <Field
      key={key}
      label={t(`settings:limits.${key}`)}
      inputMode={key === "order_quantity" || key === "day_orders" ? "numeric" : "decimal"}
      placeholder={t("settings:limits.none")}
      value={draft.text[key]}
      error={mistakes[key] ?? (refused?.field === key ? inWords(refused) : null)}
      hint={used}
      onChange={(event) => change({ text: { ...draft.text, [key]: event.target.value } })}
    />
  );
  const usedToday = (amount: string) => (
    <>
      {t("settings:limits.today")} <Amount value={amount} />
    </>
  );

  return (
    <form noValidate onSubmit={submit}>
      {refused && !refused.field && (
        <Notice tone="bad" className="m-4">
          {inWords(refused)}
        </Notice>
      )}
      <Group title={t("settings:limits.one_order")} text={t("settings:limits.one_order_about")}>
        {text("order_value")}
        {text("order_quantity")}
      </Group>
      <Group title={t("settings:limits.a_day")} text={t("settings:limits.a_day_about")}>
        {text("day_value", usedToday(told.used.value))}
        {text("day_orders", `${t("settings:limits.today")} ${money.quantity(told.used.orders)}`)}
        {text(
          "day_loss",
          <>
            {t("settings:limits.result")} <Gain value={told.day_result} reason={told.day_result_unknown} />
          </>,
        )}
      </Group>
      <Group title={t("settings:limits.by_symbol")} text={t("settings:limits.by_symbol_about")}>
        {text("symbol_value")}
        <OwnLines
          label={t("settings:limits.symbol")}
          kind="symbols"
          lines={draft.symbols}
          mistakes={mistakes}
          used={told.used.symbols}
          onChange={(symbols) => change({ symbols })}
        />
      </Group>
      <Group title={t("settings:limits.by_broker")} text={t("settings:limits.by_broker_about")}>
        {text("broker_value")}
        <OwnLines
          label={t("settings:limits.broker")}
          kind="brokers"
          lines={draft.brokers}
          mistakes={mistakes}
          used={told.used.brokers}
          onChange={(brokers) => change({ brokers })}
        />
      </Group>
      <Group title={t("settings:limits.when")} text={t("settings:limits.when_about")}>
        <div className="flex gap-3">
          {(["start", "end"] as const).map((key) => (
            <Field
              key={key}
              label={t(`settings:limits.${key}`)}
              type="time"
              className="flex-1"
              value={draft[key]}
              error={key === "start" ? (mistakes.hours ?? null) : null}
              onChange={(event) => change({ [key]: event.target.value })}
            />
          ))}
        </div>
        <OnOff
          label={t("settings:limits.reduce_only")}
          value={draft.reduceOnly}
          onChange={(reduceOnly) => change({ reduceOnly })}
        />
        <p className="text-xs text-faint">{t("settings:limits.reduce_only_about")}</p>
      </Group>
      <Group title={t("settings:limits.self_trade")} text={t("settings:limits.self_trade_about")}>
        <Segmented
          label={t("settings:limits.self_trade")}
          hideLabel
          value={draft.selfTrade ?? "refuse"}
          onChange={(selfTrade) => change({ selfTrade })}
          choices={(["refuse", "reprice", "cancel_then_send"] as const).map((value) => ({
            value,
            label: t(`settings:limits.self_trades.${value}`),
          }))}
        />
        <p className="text-quiet">{t(`settings:limits.self_trade_words.${draft.selfTrade ?? "refuse"}`)}</p>
      </Group>
      <div className="sticky bottom-0 flex items-center gap-3 border-t border-line bg-ground px-4 py-3 max-md:bottom-[calc(56px+env(safe-area-inset-bottom))]">
        <p className="min-w-0 flex-1 text-xs text-faint">{t("settings:limits.exits_pass")}</p>
        <Button type="submit" look="primary" size="lg" disabled={saving.isLoading} why={t("settings:limits.saving")}>
          {t("settings:limits.save")}
        </Button>
      </div>
    </form>
  );
}

interface OwnLinesProps {
  label: string;
  kind: "symbols" | "brokers";
  lines: readonly OwnLine[];
  mistakes: LimitMistakes;
  used: Record<string, string>;
  onChange: (lines: OwnLine[]) => void;
}

/** Lines that stand in place of the general limit for some symbols or brokers. */
function OwnLines({ label, kind, lines, mistakes, used, onChange }: OwnLinesProps) {
  const { data: brokers } = useListBrokersQuery();
  const set = (at: number, part: Partial<OwnLine>) =>
    onChange(lines.map((line, each) => (each === at ? { ...line, ...part } : line)));
  const known = brokers?.map((broker) => broker.broker) ?? [];
  const free = known.filter((name) => !lines.some((line) => line.name === name));
  return (
    <>
      {lines.map((line, at) => {
        const spent = used[kind === "symbols" ? line.name.trim().toUpperCase() : line.name];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its place while its name is typed
          <div key={at} className="flex items-start gap-2">
            {kind === "symbols" ? (
              <Field
                label={label}
                placeholder={t("settings:limits.symbol_example")}
                className="flex-1"
                value={line.name}
                error={mistakes[`${kind}.${at}`] ?? null}
                onChange={(event) => set(at, { name: event.target.value })}
              />
            ) : (
              <Select
                label={label}
                className="flex-1"
                value={line.name}
                onChange={(event) => set(at, { name: event.target.value })}
              >
                {[line.name, ...free].map((name) => (
                  <option key={name} value={name}>
                    {brokerName(name)}
                  </option>
                ))}
              </Select>
            )}
            <Field
              label={t("settings:limits.amount")}
              inputMode="decimal"
              className="flex-1"
              value={line.amount}
              error={kind === "brokers" ? (mistakes[`${kind}.${at}`] ?? null) : null}
              hint={spent ? `${t("settings:limits.today")} ${money.rupees(spent)}` : undefined}
              onChange={(event) => set(at, { amount: event.target.value })}
            />
            <Button
              look="ghost"
              size="icon"
              className="mt-5"
              aria-label={t("settings:limits.remove_line", { name: line.name || label })}
              onClick={() => onChange(lines.filter((_, each) => each !== at))}
            >
              <X className="size-4" aria-hidden="true" />
            </Button>
          </div>
        );
      })}
      <Button
        look="ghost"
        className="self-start"
        disabled={kind === "brokers" && free.length === 0}
        why={t("settings:limits.all_brokers")}
        onClick={() => onChange([...lines, { name: kind === "brokers" ? (free[0] ?? "") : "", amount: "" }])}
      >
        <Plus className="size-4" aria-hidden="true" /> {t(`settings:limits.add.${kind}`)}
      </Button>
    </>
  );
}
