// Pure: the ranges of IST days that profits and trades are asked for.
import { istDay } from "@/lib/time";

export type Span = "today" | "week" | "month" | "year" | "all" | "own";
export const spans: readonly Span[] = ["today", "week", "month", "year", "all", "own"];

export interface Days {
  from: string | undefined;
  to: string | undefined;
}

const DAY = 86_400_000;

/** The first and the last day of a range that ends today; a financial year begins on the first of April. */
export function daysOf(span: Exclude<Span, "own">, now: number): Days {
  const today = istDay(now);
  if (span === "all") return { from: undefined, to: undefined };
  if (span === "today") return { from: today, to: undefined };
  if (span === "week") return { from: istDay(now - 6 * DAY), to: undefined };
  if (span === "month") return { from: istDay(now - 29 * DAY), to: undefined };
  const [year, month] = today.split("-").map(Number) as [number, number];
  return { from: `${month >= 4 ? year : year - 1}-04-01`, to: undefined };
}
