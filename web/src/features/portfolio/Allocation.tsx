// What the portfolio is made of: by broker, kind or instrument, as bars that are a table.
import { useState } from "react";
import { type AllocationBy, type AllocationPart, inWords, problemOf, useGetAllocationQuery } from "@/api";
import { BrokerBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { type Share, Shares } from "@/components/charts/Shares";
import { Segmented } from "@/components/field";
import { Amount, Gain } from "@/components/figures";
import { Notice, Waiting } from "@/components/surface";
import * as money from "@/lib/money";
import { hasText, t } from "@/text";

const ways: readonly AllocationBy[] = ["broker", "kind", "instrument"];
const MOST = 8;

function nameOf(by: AllocationBy, part: AllocationPart): React.ReactNode {
  if (by === "broker") return <BrokerBadge broker={part.key} named />;
  const key = `portfolio:allocation.kinds.${part.key}`;
  return by === "kind" && hasText(key) ? t(key) : part.name;
}

const percentOf = (text: string | null): number | null => {
  const amount = money.parse(text);
  return amount === null ? null : money.toPixels(amount);
};

/** The largest parts; what is behind them is one part of its own. */
function shares(by: AllocationBy, parts: readonly AllocationPart[]): Share[] {
  const ordered = [...parts].sort((a, b) => (percentOf(b.percent) ?? -1) - (percentOf(a.percent) ?? -1));
  const shown = ordered.length > MOST ? ordered.slice(0, MOST - 1) : ordered;
  const rest = ordered.slice(shown.length);
  const list: Share[] = shown.map((part) => ({
    key: part.key,
    name: nameOf(by, part),
    percent: percentOf(part.percent),
    value: <Amount value={part.value} reason={t("portfolio:no_price")} />,
    share: money.percent(part.percent, { sign: false }),
    also: <Gain value={part.day_pnl} reason={t("portfolio:no_close")} />,
  }));
  if (rest.length === 0) return list;
  const sum = (pick: (part: AllocationPart) => string | null) =>
    rest.map((part) => money.parse(pick(part))).reduce((a, b) => (a === null || b === null ? null : money.add(a, b)));
  const percent = sum((part) => part.percent);
  const others: Share = {
    key: "others",
    name: <span className="text-quiet">{t("portfolio:allocation.others", { count: rest.length })}</span>,
    percent: percent === null ? null : money.toPixels(percent),
    value: <Amount value={sum((part) => part.value)} reason={t("portfolio:a_part_unknown")} />,
    share: money.percent(percent, { sign: false }),
    also: <Gain value={sum((part) => part.day_pnl)} reason={t("portfolio:a_part_unknown")} />,
  };
  return [...list, others];
}

export function Allocation() {
  const [by, setBy] = useState<AllocationBy>("broker");
  const { currentData, error, refetch } = useGetAllocationQuery(
    { by },
    { pollingInterval: 15_000, skipPollingIfUnfocused: true },
  );
  return (
    <section aria-labelledby="allocation" className="border-t border-line pt-3 pb-4">
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 pb-2">
        <h2 id="allocation" className="text-base font-semibold">
          {t("portfolio:allocation.title")}
        </h2>
        <Segmented
          label={t("portfolio:allocation.by")}
          hideLabel
          value={by}
          onChange={setBy}
          choices={ways.map((value) => ({ value, label: t(`portfolio:allocation.ways.${value}`) }))}
        />
      </div>
      {error ? (
        <Notice tone="bad" className="mx-4" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      ) : currentData ? (
        <Shares
          label={t("portfolio:allocation.title")}
          heads={{
            name: t(`portfolio:allocation.ways.${by}`),
            value: t("portfolio:columns.value"),
            share: t("portfolio:allocation.share"),
            also: t("portfolio:columns.day_pnl"),
          }}
          shares={shares(
            by,
            currentData.parts.filter((part) => part.value !== "0.00" || part.day_pnl !== "0.00"),
          )}
        />
      ) : (
        <Waiting rows={4} />
      )}
    </section>
  );
}
