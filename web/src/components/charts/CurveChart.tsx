// The drawing of a curve in SVG: an area over days, a scale on the right, the day under the pointer in words.
import { bisectCenter, extent, ticks } from "d3-array";
import { area, line } from "d3-shape";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { usePrefs } from "@/lib/prefs";
import type { CurvePoint, CurveProps, CurveTone } from "./Curve";

const strokes: Record<CurveTone, string> = {
  accent: "var(--accent)",
  gain: "var(--gain)",
  loss: "var(--loss)",
  quiet: "var(--quiet)",
};
const MARGIN = { top: 8, right: 72, bottom: 22, left: 16 };
const DAY_ROOM = 72; // pixels for the label of a day
const ROW_ROOM = 40; // pixels between the lines of the scale
const LABEL = { fill: "var(--faint)", fontSize: 11 };

interface Size {
  width: number;
  height: number;
}

interface Place {
  point: CurvePoint;
  x: number;
  y: number;
}

/** Where each point stands, and the lines of the scale; one value alone stands in the middle. */
export function placed(points: readonly CurvePoint[], { width, height }: Size, zero: boolean) {
  const values = points.map(({ value }) => Number(value) / 1e8);
  const [least = 0, most = 0] = extent(zero ? [...values, 0] : values);
  const spare = zero ? 0 : (most - least || Math.abs(most) || 1) * 0.06;
  const [low, high] = [least - spare, most + spare];
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const step = points.length > 1 ? (right - MARGIN.left) / (points.length - 1) : 0;
  const xOf = (at: number) => (step > 0 ? MARGIN.left + at * step : (MARGIN.left + right) / 2);
  const yOf = (value: number) => bottom - ((value - low) / (high - low || 1)) * (bottom - MARGIN.top);
  return {
    places: points.map((point, at): Place => ({ point, x: xOf(at), y: yOf(values[at] ?? 0) })),
    rows: ticks(low, high, Math.max(2, Math.floor(height / ROW_ROOM))).map((value) => ({ value, y: yOf(value) })),
    base: zero ? yOf(0) : bottom,
    right,
    bottom,
  };
}

/** The days that are named under the curve, as far apart as their words need. */
export function named(places: readonly Place[], width: number): Place[] {
  const every = Math.max(1, Math.ceil(places.length / Math.max(1, Math.floor(width / DAY_ROOM))));
  return places.filter((_, at) => at % every === Math.floor(every / 2));
}

export default function CurveChart(props: CurveProps) {
  const { points, gaps = [], tone = "accent", zero = false, scale, shortDay } = props;
  const { privacy } = usePrefs();
  const { frame, size } = useSize();
  const [under, setUnder] = useState<number | null>(null);
  const { places, rows, base, right, bottom } = useMemo(() => placed(points, size, zero), [points, size, zero]);
  const drawn = useMemo(() => outlineOf(places, base), [places, base]);
  const shown = under === null ? undefined : places[under];

  function follow(event: React.PointerEvent<SVGSVGElement>): void {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    setUnder(
      bisectCenter(
        places.map((place) => place.x),
        x,
      ),
    );
  }

  return (
    <div ref={frame} className="relative size-full">
      {size.width > 0 && (
        <svg
          width={size.width}
          height={size.height}
          aria-hidden="true"
          className="block touch-pan-y"
          onPointerMove={follow}
          onPointerDown={follow}
          onPointerLeave={() => setUnder(null)}
        >
          {rows.map(({ value, y }) => (
            <g key={value}>
              <line x1={MARGIN.left} x2={right} y1={y} y2={y} stroke="var(--line)" />
              <text x={right + 8} y={y + 4} {...LABEL}>
                {privacy && !zero ? "•••" : scale(value)}
              </text>
            </g>
          ))}
          {named(places, right - MARGIN.left).map(({ point, x }) => (
            <text key={point.at} x={x} y={bottom + 16} textAnchor="middle" {...LABEL}>
              {shortDay(point.at)}
            </text>
          ))}
          {gaps.map((gap) => {
            const place = places.find(({ point }) => point.at === gap.at);
            return (
              place && (
                <line
                  key={gap.at}
                  x1={place.x}
                  x2={place.x}
                  y1={MARGIN.top}
                  y2={bottom}
                  stroke="var(--warning)"
                  strokeDasharray="2 3"
                />
              )
            );
          })}
          <path d={drawn.area} fill={strokes[tone]} fillOpacity={0.1} />
          <path d={drawn.line} fill="none" stroke={strokes[tone]} strokeWidth={1.5} />
          {places.length < 3 &&
            places.map(({ point, x, y }) => <circle key={point.at} cx={x} cy={y} r={3} fill={strokes[tone]} />)}
          {shown && (
            <>
              <line x1={shown.x} x2={shown.x} y1={MARGIN.top} y2={bottom} stroke="var(--edge)" />
              <circle cx={shown.x} cy={shown.y} r={3} fill={strokes[tone]} />
            </>
          )}
        </svg>
      )}
      {shown && <Words {...props} place={shown} left={shown.x < size.width / 2} />}
    </div>
  );
}

/** What is known of the day under the pointer, on the side where there is room. */
function Words({ full, day, place, left }: CurveProps & { place: Place; left: boolean }) {
  const { point, x } = place;
  return (
    <div
      className="pointer-events-none absolute top-2 rounded-md bg-panel px-2.5 py-1.5 text-xs whitespace-nowrap shadow-(--shadow)"
      style={{ left: x, transform: left ? "translateX(10px)" : "translateX(calc(-100% - 10px))" }}
    >
      <p className="text-faint">{day(point.at)}</p>
      <p className="text-sm font-medium">{full(point.value)}</p>
      {point.note && <p className="text-quiet">{point.note}</p>}
    </div>
  );
}

function outlineOf(places: readonly Place[], base: number): { area: string; line: string } {
  const x = (place: Place) => place.x;
  const y = (place: Place) => place.y;
  return {
    area: area<Place>().x(x).y0(base).y1(y)([...places]) ?? "",
    line: line<Place>().x(x).y(y)([...places]) ?? "",
  };
}

/** The pixels that the drawing has, kept up with the page. */
function useSize() {
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const box = frame.current;
    if (!box) return;
    const measure = () => setSize({ width: box.clientWidth, height: box.clientHeight });
    measure();
    const watching = new ResizeObserver(measure);
    watching.observe(box);
    return () => watching.disconnect();
  }, []);
  return { frame, size };
}
