// Above the chart: intervals, indicators, the price scale, the table instead of it, the whole screen for it.
import { ChartNoAxesCombined, Maximize2, Minimize2, SlidersHorizontal, Table } from "lucide-react";
import { useId } from "react";
import type { Interval } from "@/api";
import { Button } from "@/components/button";
import { Menu, type MenuItem } from "@/components/menu";
import { cx } from "@/lib/classes";
import { prefs, setPrefs, usePrefs } from "@/lib/prefs";
import { t } from "@/text";
import { intervals } from "./candleTime";
import type { Scale } from "./drawing";
import { type Indicator, indicators, isIndicator } from "./lines";

const scales: readonly Scale[] = ["normal", "log", "percent"];

export interface ChartChosen {
  interval: Interval;
  indicators: Indicator[];
  scale: Scale;
}

/** How this device draws charts; what it remembers and nobody knows any more is left out. */
export function useChartChoice(): ChartChosen {
  const { chart } = usePrefs();
  return {
    interval: intervals.find((one) => one === chart.interval) ?? "5m",
    indicators: chart.indicators.filter(isIndicator),
    scale: scales.find((one) => one === chart.scale) ?? "normal",
  };
}

const choose = (change: Partial<ChartChosen>): void => setPrefs({ chart: { ...prefs().chart, ...change } });

function Intervals({ value }: { value: Interval }) {
  const name = useId();
  return (
    <fieldset className="flex min-w-0 overflow-x-auto">
      <legend className="sr-only">{t("market:interval")}</legend>
      {intervals.map((one) => (
        <label
          key={one}
          className={cx(
            "relative flex h-8 min-w-8 shrink-0 cursor-pointer items-center justify-center rounded-sm px-1.5 text-xs has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent max-md:h-11 max-md:min-w-11",
            one === value ? "font-semibold text-ink" : "text-faint hover:text-ink",
          )}
        >
          <input
            type="radio"
            name={name}
            checked={one === value}
            onChange={() => choose({ interval: one })}
            className="absolute inset-0 cursor-[inherit] opacity-0"
            aria-label={t(`market:intervals.${one}`)}
          />
          {t(`market:interval_short.${one}`)}
          {one === value && <span aria-hidden="true" className="absolute inset-x-1.5 bottom-0 h-0.5 bg-accent" />}
        </label>
      ))}
    </fieldset>
  );
}

interface Props {
  chosen: ChartChosen;
  table: boolean;
  onTable: () => void;
  full: boolean;
  onFull: () => void;
}

export function ChartTools({ chosen, table, onTable, full, onFull }: Props) {
  const drawn: MenuItem[] = indicators.map((one) => ({
    label: t(`market:indicators.${one}`),
    checked: chosen.indicators.includes(one),
    onSelect: () =>
      choose({
        indicators: chosen.indicators.includes(one)
          ? chosen.indicators.filter((each) => each !== one)
          : indicators.filter((each) => each === one || chosen.indicators.includes(each)),
      }),
  }));
  const scaled: MenuItem[] = scales.map((one) => ({
    label: t(`market:scales.${one}`),
    checked: chosen.scale === one,
    onSelect: () => choose({ scale: one }),
  }));
  const Full = full ? Minimize2 : Maximize2;
  const Other = table ? ChartNoAxesCombined : Table;
  const otherWords = table ? t("market:as_chart") : t("market:as_table");
  return (
    <div className="flex h-10 items-center gap-1 border-b border-line px-3 max-md:h-12 max-md:px-1">
      <Intervals value={chosen.interval} />
      <div className="flex-1" />
      <Menu
        label={t("market:indicators_title")}
        items={[...drawn, "line", ...scaled]}
        trigger={
          <Button look="ghost" size="sm" aria-label={t("market:indicators_title")} title={t("market:indicators_title")}>
            <SlidersHorizontal className="size-3.5" aria-hidden="true" />
            <span className="max-lg:hidden">{t("market:indicators_button")}</span>
            {chosen.indicators.length > 0 && <span className="text-faint">{chosen.indicators.length}</span>}
          </Button>
        }
      />
      <Button look="ghost" size="sm" aria-label={otherWords} title={otherWords} aria-pressed={table} onClick={onTable}>
        <Other className="size-3.5" aria-hidden="true" />
      </Button>
      <Button
        look="ghost"
        size="sm"
        className="max-md:hidden"
        aria-pressed={full}
        aria-label={full ? t("market:full_screen_off") : t("market:full_screen")}
        title={full ? t("market:full_screen_off") : t("market:full_screen")}
        onClick={onFull}
      >
        <Full className="size-3.5" aria-hidden="true" />
      </Button>
    </div>
  );
}
