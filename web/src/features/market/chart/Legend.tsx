// What the bar under the crosshair says, else the last one; written over the chart's upper left.
import { useEffect, useState } from "react";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { t } from "@/text";
import type { Bar } from "./bars";
import type { Drawing } from "./drawing";

interface Reading {
  when: string;
  bar: Bar;
  lines: { indicator: string; name: string; value: number }[];
}

function readingAt(drawing: Drawing, time: number | null): Reading | null {
  const bar = time === null ? drawing.bars.at(-1) : drawing.bars.find((one) => one.time === time);
  return bar ? { when: drawing.timeWords(bar.time), bar, lines: drawing.readings(time) } : null;
}

/** `beat` changes whenever the bars or the indicators do. */
export function Legend({ drawing, beat }: { drawing: Drawing; beat: unknown }) {
  const [time, setTime] = useState<number | null>(null);
  const [, setTurn] = useState(0);
  useEffect(() => {
    const leave = drawing.onPoint(setTime);
    const turning = setInterval(() => setTurn((turn) => turn + 1), 1000); // the last bar grows
    return () => {
      clearInterval(turning);
      leave();
    };
  }, [drawing]);
  void beat;
  const reading = readingAt(drawing, time);
  if (!reading) return null;
  const { bar, lines } = reading;
  const tone = bar.close >= bar.open ? "text-gain" : "text-loss";
  const prices: [string, number][] = [
    [t("market:legend.open"), bar.open],
    [t("market:legend.high"), bar.high],
    [t("market:legend.low"), bar.low],
    [t("market:legend.close"), bar.close],
  ];
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute top-1 left-3 z-2 flex max-w-[calc(100%-90px)] flex-wrap gap-x-2.5 text-2xs text-faint"
    >
      <span>{reading.when}</span>
      {prices.map(([label, value]) => (
        <span key={label}>
          {label} <span className={tone}>{drawing.priceWords(value)}</span>
        </span>
      ))}
      {bar.volume !== null && (
        <span>
          {t("market:legend.volume")} <span className="text-quiet">{money.quantity(bar.volume)}</span>
        </span>
      )}
      {lines.map(({ indicator, name, value }) => (
        <span key={name} className={cx("whitespace-nowrap")} style={{ color: `var(--line-${indicator})` }}>
          {name} {indicator === "rsi" ? value.toFixed(1) : drawing.priceWords(value)}
        </span>
      ))}
    </div>
  );
}
