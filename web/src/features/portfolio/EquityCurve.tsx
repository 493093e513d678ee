// What the evenings were worth, over a range; a day that is missing is named, and nothing is drawn that was not read.
import { useState } from "react";
import { inWords, type Performance, type PerformanceRange, problemOf, useGetPerformanceQuery } from "@/api";
import { brokerName } from "@/components/badge";
import { Button } from "@/components/button";
import { Curve } from "@/components/charts/Curve";
import { Segmented } from "@/components/field";
import { Amount, Gain } from "@/components/figures";
import { Empty, Notice, Waiting } from "@/components/surface";
import * as money from "@/lib/money";
import { dayName, shortDay } from "@/lib/time";
import { t } from "@/text";
import { curveOf, gapsOf, wholeOf } from "./evenings";

const ranges: readonly PerformanceRange[] = ["1w", "1m", "3m", "1y", "all"];

export const rangeChoices = (all: readonly PerformanceRange[]) =>
  all.map((value) => ({ value, label: t(`portfolio:ranges.${value}`), title: t(`portfolio:ranges_full.${value}`) }));

/** Fewer than two evenings: said as what it is, not as a fault. */
export function NoEvenings({ reason }: { reason: string | null }) {
  return (
    <Empty title={t("portfolio:curve.none")}>
      <p>{t("portfolio:curve.none_about")}</p>
      {reason && (
        <p className="mt-1 text-xs text-faint first-letter:uppercase">{t("portfolio:sentence", { words: reason })}</p>
      )}
    </Empty>
  );
}

export const scaleOf = (pixels: number): string => money.short(String(Math.round(pixels)));

function Gained({ gain, start, end }: Pick<Performance, "gain" | "start" | "end">) {
  return (
    <>
      <Gain value={gain} className="text-sm font-medium" />{" "}
      {t("portfolio:curve.without_flows", { start: shortDay(start), end: shortDay(end) })}
    </>
  );
}

export function EquityCurve({ broker }: { broker: string | undefined }) {
  const [range, setRange] = useState<PerformanceRange>("1m");
  const { currentData, error, refetch } = useGetPerformanceQuery({ range, broker: broker as never });
  // Until two evenings were read, what the shares were worth stands in their place, and says so.
  const rebuilt = currentData ? wholeOf(currentData.rebuilt) : [];
  return (
    <section aria-labelledby="equity" className="border-t border-line pt-3 pb-4">
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 pb-1">
        <h2 id="equity" className="text-base font-semibold">
          {t("portfolio:curve.title")}
        </h2>
        <Segmented
          label={t("portfolio:range")}
          hideLabel
          value={range}
          onChange={setRange}
          choices={rangeChoices(ranges)}
        />
      </div>
      {error ? (
        <Notice tone="bad" className="mx-4 mt-2" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      ) : !currentData ? (
        <Waiting rows={6} />
      ) : currentData.curve.length === 0 && rebuilt.length > 1 ? (
        <Curve
          label={t("portfolio:rebuilt.label")}
          caption={t("portfolio:rebuilt.meanwhile")}
          points={rebuilt}
          tone="quiet"
          scale={scaleOf}
          full={(value) => <Amount value={value as money.Amount} />}
          day={dayName}
          shortDay={shortDay}
        />
      ) : currentData.curve.length === 0 ? (
        <NoEvenings reason={currentData.reason} />
      ) : (
        <Curve
          label={t("portfolio:curve.label", { broker: broker ? brokerName(broker) : t("portfolio:all_of_them") })}
          caption={currentData.known && <Gained {...currentData} />}
          points={curveOf(currentData)}
          gaps={gapsOf(currentData)}
          scale={scaleOf}
          full={(value) => <Amount value={value as money.Amount} />}
          day={dayName}
          shortDay={shortDay}
        />
      )}
    </section>
  );
}
