// The three numbers every page shows, and whose part of them is not current.
import { brokerName } from "@/components/badge";
import { withoutWords } from "@/features/portfolio/Gaps";
import { useLivePortfolio } from "@/features/portfolio/useLivePortfolio";
import * as money from "@/lib/money";
import { dayTime } from "@/lib/time";
import { t } from "@/text";

export function useHeadFigures() {
  const { data, live } = useLivePortfolio();
  const totals = live?.totals;
  const gaps = data?.gaps ?? [];
  const before = totals?.value != null && totals.dayPnl != null ? money.subtract(totals.value, totals.dayPnl) : null;
  return {
    value: totals?.value ?? null,
    day: totals?.dayPnl ?? null,
    dayPercent: before === null || totals?.dayPnl == null ? null : money.percentOf(totals.dayPnl, before),
    margin: totals?.margin ?? null,
    reason: data ? (withoutWords(gaps) ?? t("common:not_known_yet")) : t("shell:not_read"),
    without: gaps.length
      ? t("shell:without", {
          brokers: [...new Set(gaps.map((gap) => brokerName(gap.broker)))].join(", "),
          time: dayTime(gaps[0]?.since),
        })
      : null,
  };
}
