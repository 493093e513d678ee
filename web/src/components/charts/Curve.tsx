// A curve over days with its figures as a table beside it: the drawing for the eye, the table for everybody.
import { Table2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/button";
import { cx } from "@/lib/classes";
import { t } from "@/text";

const CurveChart = lazy(() => import("./CurveChart"));

export type CurveTone = "accent" | "gain" | "loss" | "quiet";

export interface CurvePoint {
  /** An IST day: "2026-11-20". */
  at: string;
  /** In hundred-millionths, as money holds it. */
  value: bigint;
  /** What is to be said about this day. */
  note?: string;
}

export interface CurveProps {
  /** What the curve tells, as a heading of its table. */
  label: string;
  points: readonly CurvePoint[];
  /** Days that are missing, marked at the first day after them. */
  gaps?: readonly { at: string; words: string }[];
  tone?: CurveTone;
  /** The area hangs from zero, as of a drawdown. */
  zero?: boolean;
  /** A label of the scale from a place on it. */
  scale: (pixels: number) => string;
  /** A value in full. */
  full: (value: bigint) => React.ReactNode;
  day: (at: string) => string;
  /** A day on the scale, where there is little room. */
  shortDay: (at: string) => string;
  /** Stands above the curve in place of its label. */
  caption?: React.ReactNode;
  className?: string;
}

export function Curve(props: CurveProps) {
  const { label, points, gaps = [], full, day, caption, className = "h-56" } = props;
  const [asTable, setAsTable] = useState(false);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return null;
  return (
    <figure className="min-w-0">
      <figcaption className="flex items-center justify-between gap-2 px-4">
        <span className="text-xs text-faint">{caption ?? label}</span>
        <Button look="ghost" size="sm" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          <Table2 className="size-3.5" aria-hidden="true" /> {t("common:chart.as_table")}
        </Button>
      </figcaption>
      {asTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by key
        <section tabIndex={0} aria-label={label} className={cx("overflow-y-auto border-t border-line", className)}>
          <table className="w-full" aria-label={label}>
            <thead className="sticky top-0 bg-ground text-xs text-faint">
              <tr>
                <th scope="col" className="h-8 px-4 text-left">
                  {t("common:chart.day")}
                </th>
                <th scope="col" className="px-4 text-right">
                  {t("common:chart.value")}
                </th>
              </tr>
            </thead>
            <tbody>
              {[...points].reverse().map((point) => (
                <tr key={point.at} className="border-t border-line">
                  <td className="h-8 px-4">
                    {day(point.at)} {point.note && <span className="text-faint">{point.note}</span>}
                  </td>
                  <td className="px-4 text-right">{full(point.value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : (
        <>
          <div aria-hidden="true" className={className}>
            <Suspense fallback={null}>
              <CurveChart {...props} />
            </Suspense>
          </div>
          <p className="sr-only">
            {t("common:chart.from_to", { label, first: day(first.at), last: day(last.at), count: points.length })}{" "}
            {full(last.value)}
          </p>
        </>
      )}
      {gaps.length > 0 && (
        <ul className="px-4 pt-1 text-xs text-warning">
          {gaps.map((gap) => (
            <li key={gap.at}>{gap.words}</li>
          ))}
        </ul>
      )}
    </figure>
  );
}
