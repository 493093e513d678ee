// Splits, bonuses and dividends of the sandbox: announced for a later trading day.
import "@/text/rooms/sandbox";
import { useState } from "react";
import type { CompanyActionIn } from "@/api";
import { useAnnounceCompanyActionMutation, useListCompanyActionsQuery } from "@/api/sandbox";
import { Button } from "@/components/button";
import { Field, Segmented } from "@/components/field";
import { Part } from "@/components/part";
import { toast } from "@/components/toasts";
import * as money from "@/lib/money";
import { hasText, t } from "@/text";
import { Refused } from "./Refused";

const kinds = ["split", "bonus", "dividend"] as const;
const kindWords = (kind: string): string => {
  const key = `sandbox:actions.kinds.${kind}`;
  return hasText(key) ? t(key) : kind;
};

export function Actions() {
  const { data, error } = useListCompanyActionsQuery();
  return (
    <Part room="wide" title={t("sandbox:actions.title")} about={t("sandbox:actions.about")}>
      <Refused error={error} />
      {data && data.items.length === 0 && <p className="text-quiet">{t("sandbox:actions.none")}</p>}
      {data && data.items.length > 0 && (
        <ul className="border-t border-line">
          {data.items.map((action) => (
            <li
              key={`${action.symbol} ${action.kind} ${action.on}`}
              className="flex min-h-8 items-center gap-3 border-b border-line"
            >
              <span className="flex-1 font-medium">{action.symbol}</span>
              <span className="text-quiet">{kindWords(action.kind)}</span>
              <span>
                {action.kind === "dividend"
                  ? money.rupees(action.amount)
                  : t("sandbox:actions.ratio", { new: action.new, old: action.old })}
              </span>
              <span className="text-faint">{action.on}</span>
            </li>
          ))}
        </ul>
      )}
      <Announce />
    </Part>
  );
}

function Announce() {
  const [kind, setKind] = useState<CompanyActionIn["kind"]>("split");
  const [text, setText] = useState({ symbol: "NSE:INFY", on: "", new: "2", old: "1", amount: "10" });
  const [announce, announcing] = useAnnounceCompanyActionMutation();
  const symbol = text.symbol.trim().toUpperCase();
  const amount = money.parse(text.amount);
  const ready = symbol !== "" && text.on !== "" && (kind === "dividend" ? amount !== null && amount > 0n : true);

  const field = (key: keyof typeof text, type = "text") => (
    <Field
      label={t(`sandbox:${key === "symbol" ? "play" : "actions"}.${key}` as "sandbox:actions.on")}
      type={type}
      value={text[key]}
      onChange={(event) => setText({ ...text, [key]: event.target.value })}
    />
  );

  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    const ratio = { new: Number(text.new), old: Number(text.old) };
    const body: CompanyActionIn = {
      symbol,
      kind,
      on: text.on,
      ...(kind === "dividend" ? { amount: amount === null ? null : money.toWire(amount) } : ratio),
    };
    const { error } = await announce({ companyActionIn: body });
    if (!error) toast({ tone: "good", title: t("sandbox:actions.announced", { symbol }) });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Segmented
        label={t("sandbox:actions.kind")}
        value={kind}
        onChange={setKind}
        choices={kinds.map((value) => ({ value, label: kindWords(value) }))}
      />
      <div className="grid grid-cols-2 items-end gap-3 sm:grid-cols-4">
        {field("symbol")}
        {field("on", "date")}
        {kind === "dividend" ? (
          field("amount")
        ) : (
          <>
            {field("new", "number")}
            {field("old", "number")}
          </>
        )}
      </div>
      <Refused error={announcing.error} />
      <Button type="submit" className="self-start" disabled={!ready || announcing.isLoading}>
        {t("sandbox:actions.announce")}
      </Button>
    </form>
  );
}
