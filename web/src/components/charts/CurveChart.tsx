// The drawing of a curve; comes with the chart library, and only when a curve is looked at.
import { Area, AreaChart, CartesianGrid, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { usePrefs } from "@/lib/prefs";
import type { CurveProps, CurveTone } from "./Curve";

const strokes: Record<CurveTone, string> = {
  accent: "var(--accent)",
  gain: "var(--gain)",
  loss: "var(--loss)",
  quiet: "var(--quiet)",
};
const label = { fill: "var(--faint)", fontSize: 11 };
const LEAST = 60; // pixels for the labels of the scale

export default function CurveChart({
  points,
  gaps = [],
  tone = "accent",
  zero,
  scale,
  full,
  day,
  shortDay,
}: CurveProps) {
  const { privacy } = usePrefs();
  const data = points.map(({ at, value, note }) => ({ at, pixels: Number(value) / 1e8, value, note }));
  return (
    <ResponsiveContainer width="100%" height="100%">
      <AreaChart data={data} margin={{ top: 8, right: 12, bottom: 0, left: 16 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="at"
          tickFormatter={shortDay}
          tick={label}
          tickLine={false}
          axisLine={{ stroke: "var(--line)" }}
          minTickGap={48}
        />
        <YAxis
          orientation="right"
          domain={zero ? ["dataMin", 0] : ["auto", "auto"]}
          tickFormatter={(pixels: number) => (privacy && !zero ? "•••" : scale(pixels))}
          tick={label}
          tickLine={false}
          axisLine={false}
          width={LEAST}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: "var(--edge)" }}
          content={({ active, payload }) => {
            const point = payload?.[0]?.payload as (typeof data)[number] | undefined;
            if (!active || !point) return null;
            return (
              <div className="rounded-md bg-panel px-2.5 py-1.5 text-xs shadow-(--shadow)">
                <p className="text-faint">{day(point.at)}</p>
                <p className="text-sm font-medium">{full(point.value)}</p>
                {point.note && <p className="text-quiet">{point.note}</p>}
              </div>
            );
          }}
        />
        {gaps.map((gap) => (
          <ReferenceLine key={gap.at} x={gap.at} stroke="var(--warning)" strokeDasharray="2 3" />
        ))}
        <Area
          type="linear"
          dataKey="pixels"
          stroke={strokes[tone]}
          strokeWidth={1.5}
          fill={strokes[tone]}
          fillOpacity={0.1}
          baseValue={zero ? 0 : "dataMin"}
          dot={data.length < 3 ? { r: 3, fill: strokes[tone], strokeWidth: 0 } : false}
          activeDot={{ r: 3, fill: strokes[tone], strokeWidth: 0 }}
          isAnimationActive={false}
        />
      </AreaChart>
    </ResponsiveContainer>
  );
}
