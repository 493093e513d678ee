// Pure: the evenings of a range as points of a curve, with the days that are missing between them.
import type { Performance } from "@/api";
import type { CurvePoint } from "@/components/charts/Curve";
import * as money from "@/lib/money";
import { shortDay } from "@/lib/time";
import { t } from "@/text";

/** Each evening's worth; what came in or went out on its day is said beside it. */
export function curveOf({ curve }: Performance): CurvePoint[] {
  return curve.flatMap((point) => {
    const value = money.parse(point.value);
    if (value === null) return [];
    const flow = money.parse(point.flow);
    const note = flow ? t("portfolio:curve.flow", { amount: money.rupees(flow, { sign: true }) }) : undefined;
    return [{ at: point.day, value, note }];
  });
}

type Day = Performance["rebuilt"][number];

/** Rebuilt evenings whose shares are all known; a part of them is never drawn as if it were the whole. */
export const wholeOf = (days: readonly Day[]): CurvePoint[] =>
  days.flatMap((day) => {
    const value = money.parse(day.shares);
    return value === null ? [] : [{ at: day.day, value }];
  });

/** What a rupee that stayed from the first evening had earned by each later one, in percent. */
export function returnOf({ curve }: Performance): CurvePoint[] {
  const one = money.parse("1") as money.Amount;
  return curve.flatMap((point) => {
    const index = money.parse(point.index);
    return index === null ? [] : [{ at: point.day, value: inPercent(money.subtract(index, one)) }];
  });
}

/** How far each evening was below the highest before it, in percent; never above zero. */
export function fallOf({ curve }: Performance): CurvePoint[] {
  return curve.flatMap((point) => {
    const fall = money.parse(point.drawdown);
    return fall === null ? [] : [{ at: point.day, value: inPercent(fall) }];
  });
}

/** A ratio such as 0.0125 as a number of percent. */
export const inPercent = (ratio: money.Amount): money.Amount => money.times(ratio, 100);

export interface MissingDays {
  at: string;
  words: string;
}

const FEW = 4;

/** Days with no whole evening, marked at the next evening that there is; many are told as a count. */
export function gapsOf({ curve, lacking }: Performance): MissingDays[] {
  const byNext = new Map<string, string[]>();
  for (const { day } of lacking) {
    const next = curve.find((point) => point.day >= day) ?? curve.at(-1);
    if (next) byNext.set(next.day, [...(byNext.get(next.day) ?? []), day]);
  }
  return [...byNext].map(([at, days]) => ({
    at,
    words: t("portfolio:curve.missing", {
      count: days.length,
      days:
        days.length > FEW
          ? t("portfolio:curve.until", { first: shortDay(days[0]), last: shortDay(days.at(-1)) })
          : days.map((day) => shortDay(day)).join(", "),
    }),
  }));
}
