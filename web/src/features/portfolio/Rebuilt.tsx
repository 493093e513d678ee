// Evenings that nobody read, rebuilt from trades and closes: shares alone, beside the curve and in no return.
import "@/text/rooms/pnl";
import { useState } from "react";
import { inWords, type Performance, problemOf } from "@/api";
import { useBackfillEveningsMutation } from "@/api/past";
import { Button } from "@/components/button";
import { Curve } from "@/components/charts/Curve";
import { Field } from "@/components/field";
import { Amount } from "@/components/figures";
import { Notice } from "@/components/surface";
import type * as money from "@/lib/money";
import { dayName, istDay, shortDay } from "@/lib/time";
import { hasText, t } from "@/text";
import { scaleOf } from "./EquityCurve";
import { wholeOf } from "./evenings";

type Day = Performance["rebuilt"][number];
const DAY = 86_400_000;

/** What is missing over the days, each once, with its reason in words. */
export function missingOf(days: readonly Day[]): string[] {
  const found = days.flatMap((day) =>
    day.lacking.map(({ symbol, reason }) => {
      const key = `portfolio:rebuilt.why.${reason}`;
      const words = hasText(key) ? t(key) : reason;
      return symbol ? t("portfolio:rebuilt.lacking", { symbol, words }) : words;
    }),
  );
  return [...new Set(found)];
}

const MOST = 8;

export function Rebuilt({ told }: { told: Performance }) {
  const [from, setFrom] = useState(istDay(Date.now() - 30 * DAY));
  const [rebuild, { isLoading, error }] = useBackfillEveningsMutation();
  const points = wholeOf(told.rebuilt);
  const missing = missingOf(told.rebuilt);
  return (
    <section aria-labelledby="rebuilt" className="border-t border-line pt-3 pb-4">
      <h2 id="rebuilt" className="px-4 text-base font-semibold">
        {t("portfolio:rebuilt.title")}
      </h2>
      <p className="max-w-2xl px-4 pb-2 text-quiet">{t("portfolio:rebuilt.about")}</p>
      <form
        className="flex flex-wrap items-end gap-2 px-4 pb-2"
        onSubmit={(event) => {
          event.preventDefault();
          void rebuild({ from: from || undefined });
        }}
      >
        <Field
          label={t("pnl:from")}
          type="date"
          className="w-40"
          value={from}
          max={istDay(Date.now())}
          onChange={(event) => setFrom(event.target.value)}
        />
        <Button type="submit" disabled={isLoading}>
          {t(isLoading ? "portfolio:rebuilt.busy" : "portfolio:rebuilt.rebuild")}
        </Button>
      </form>
      {error && (
        <Notice tone="bad" className="mx-4 mb-2">
          {inWords(problemOf(error))}
        </Notice>
      )}
      {points.length > 0 && (
        <Curve
          label={t("portfolio:rebuilt.label")}
          points={points}
          tone="quiet"
          scale={scaleOf}
          full={(value) => <Amount value={value as money.Amount} />}
          day={dayName}
          shortDay={shortDay}
          className="h-40"
        />
      )}
      {told.rebuilt.length > points.length && (
        <div className="px-4 pt-1 text-xs text-quiet">
          <p>{t("portfolio:rebuilt.partly", { count: told.rebuilt.length - points.length })}</p>
          <ul className="list-inside list-disc">
            {missing.slice(0, MOST).map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
