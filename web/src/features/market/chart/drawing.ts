// The chart itself, without any framework: candles, volume, indicators, marks, and where a price is on the screen.
import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  LineStyle,
  PriceScaleMode,
  type SeriesMarker,
  type Time,
} from "lightweight-charts";
import type { Interval } from "@/api";
import * as money from "@/lib/money";
import { type Bar, barAt, dayEdges } from "./bars";
import { isIntraday } from "./candleTime";
import { DayEdges } from "./edges";
import { type Indicator, type Line, linesOf } from "./lines";

export type Scale = "normal" | "log" | "percent";

/** One of the user's own trades: where an arrow stands. */
export interface Mark {
  /** Seconds, moved to IST. */
  time: number;
  side: "BUY" | "SELL";
  text: string;
}

const MODES: Record<Scale, PriceScaleMode> = {
  normal: PriceScaleMode.Normal,
  log: PriceScaleMode.Logarithmic,
  percent: PriceScaleMode.Percentage,
};
const BAR_WIDTH = 8;
const OLDER_WITHIN = 30; // bars before the left edge when older ones are asked for

const clock = new Intl.DateTimeFormat("en-IN", {
  timeZone: "UTC",
  day: "2-digit",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const calendar = new Intl.DateTimeFormat("en-IN", { timeZone: "UTC", day: "2-digit", month: "short", year: "numeric" });

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

interface Drawn {
  indicator: Indicator;
  series: ISeriesApi<"Line">[];
}

export class Drawing {
  readonly chart: IChartApi;
  bars: Bar[] = [];
  private interval: Interval = "5m";
  private readonly candles: ISeriesApi<"Candlestick">;
  private readonly volume: ISeriesApi<"Histogram">;
  private readonly edges: DayEdges;
  private readonly markers: ISeriesMarkersPluginApi<Time>;
  private drawn: Drawn[] = [];
  private marks: readonly Mark[] = [];
  private removed = false;
  private average: { line: IPriceLine; price: number; title: string } | null = null;

  /** `redrawn` is called at each redraw, `older` when the left end comes into sight. */
  constructor(
    private readonly holder: HTMLElement,
    private readonly places: number,
    redrawn: () => void,
    older: () => void,
  ) {
    const price = (value: number) => money.price(value.toFixed(places), places);
    this.chart = createChart(holder, {
      autoSize: true,
      localization: { locale: "en-IN", priceFormatter: price, timeFormatter: (time: Time) => this.timeWords(time) },
      rightPriceScale: { scaleMargins: { top: 0.1, bottom: 0.18 } },
    });
    this.candles = this.chart.addSeries(CandlestickSeries, { borderVisible: false });
    this.volume = this.chart.addSeries(HistogramSeries, {
      priceScaleId: "volume",
      priceFormat: { type: "volume" },
      priceLineVisible: false,
      lastValueVisible: false,
    });
    this.chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } });
    this.edges = new DayEdges(redrawn);
    this.candles.attachPrimitive(this.edges);
    this.markers = createSeriesMarkers(this.candles, []);
    this.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range && this.bars.length > 0 && range.from < OLDER_WITHIN) older();
    });
    this.dress();
  }

  remove(): void {
    this.removed = true;
    this.chart.remove();
  }

  /** Calls back with the time under the crosshair, null beside the bars; the answer ends it. */
  onPoint(told: (time: number | null) => void): () => void {
    const moved = ({ time }: { time?: Time }) => told(typeof time === "number" ? time : null);
    this.chart.subscribeCrosshairMove(moved);
    return () => {
      if (!this.removed) this.chart.unsubscribeCrosshairMove(moved);
    };
  }

  /** Takes the colours of the theme. */
  dress(): void {
    const [line, edge] = [token("--line"), token("--edge")];
    this.chart.applyOptions({
      layout: {
        background: { color: token("--ground") },
        textColor: token("--faint"),
        fontFamily: "Inter Variable",
        fontSize: 11,
        panes: { separatorColor: line, separatorHoverColor: edge },
      },
      grid: { vertLines: { visible: false }, horzLines: { color: line } },
      crosshair: {
        vertLine: { color: token("--faint"), labelBackgroundColor: edge },
        horzLine: { color: token("--faint"), labelBackgroundColor: edge },
      },
      rightPriceScale: { borderColor: line },
      timeScale: { borderColor: line },
    });
    const [gain, loss] = [token("--gain"), token("--loss")];
    this.candles.applyOptions({ upColor: gain, downColor: loss, wickUpColor: gain, wickDownColor: loss });
    this.volume.applyOptions({ color: edge });
    this.edges.colour = edge;
    for (const { indicator, series } of this.drawn) this.colour(indicator, series);
    this.setMarks(this.marks);
    if (this.average) this.setAverage(this.average.price, this.average.title);
  }

  /** All bars of an interval; `fresh` also puts the newest in sight. */
  setBars(bars: Bar[], interval: Interval, fresh: boolean): void {
    this.bars = bars;
    this.interval = interval;
    this.chart.applyOptions({ timeScale: { timeVisible: isIntraday(interval) } });
    this.candles.setData(bars);
    this.volume.setData(bars.map(({ time, volume }) => ({ time, value: volume ?? 0 })));
    this.edges.set(isIntraday(interval) ? dayEdges(bars) : []);
    this.drawLines();
    this.setMarks(this.marks);
    if (!fresh) return;
    this.chart.priceScale("right").applyOptions({ autoScale: true });
    const shown = (this.holder.clientWidth || 900) / BAR_WIDTH;
    this.chart.timeScale().setVisibleLogicalRange({ from: bars.length - shown, to: bars.length + 3 });
  }

  /** The last bar as it is now, or the next one. */
  update(bar: Bar): void {
    const begins = this.bars.at(-1)?.time !== bar.time;
    if (begins) this.bars.push(bar);
    else this.bars[this.bars.length - 1] = bar;
    this.candles.update(bar);
    this.volume.update({ time: bar.time, value: bar.volume ?? 0 });
    if (begins && isIntraday(this.interval)) this.edges.set(dayEdges(this.bars));
    for (const { indicator, series } of this.drawn)
      linesOf(indicator, this.bars, this.interval).forEach((line, at) => {
        const value = line.values.at(-1);
        if (value !== null && value !== undefined) series[at]?.update({ time: bar.time, value });
      });
  }

  setIndicators(chosen: readonly Indicator[]): void {
    for (const { series } of this.drawn) for (const one of series) this.chart.removeSeries(one);
    this.drawn = chosen.map((indicator) => {
      const pane = indicator === "rsi" ? 1 : 0;
      const series = linesOf(indicator, [], this.interval).map(() =>
        this.chart.addSeries(
          LineSeries,
          { lineWidth: 1, priceLineVisible: false, lastValueVisible: pane === 1, crosshairMarkerVisible: false },
          pane,
        ),
      );
      if (pane === 1) {
        for (const price of [30, 70])
          series[0]?.createPriceLine({
            price,
            color: token("--edge"),
            lineStyle: LineStyle.Dotted,
            lineWidth: 1,
            axisLabelVisible: false,
          });
        series[0]?.applyOptions({ priceFormat: { type: "custom", formatter: (value: number) => value.toFixed(0) } });
        this.chart.panes()[1]?.setHeight(96);
      }
      this.colour(indicator, series);
      return { indicator, series };
    });
    this.drawLines();
  }

  setScale(scale: Scale): void {
    this.chart.priceScale("right").applyOptions({ mode: MODES[scale] });
  }

  /** The user's own trades, each at the bar in which it was. */
  setMarks(marks: readonly Mark[]): void {
    this.marks = marks;
    const [buy, sell] = [token("--buy-text"), token("--sell-text")];
    const placed = marks.flatMap((mark): SeriesMarker<Time>[] => {
      const bar = barAt(this.bars, mark.time);
      if (!bar) return [];
      return [
        mark.side === "BUY"
          ? { time: bar.time, position: "belowBar", shape: "arrowUp", color: buy, text: mark.text }
          : { time: bar.time, position: "aboveBar", shape: "arrowDown", color: sell, text: mark.text },
      ];
    });
    this.markers.setMarkers(placed.sort((a, b) => Number(a.time) - Number(b.time)));
  }

  /** The line of what one's own units cost in the mean. */
  setAverage(price: number | null, title: string): void {
    if (this.average) this.candles.removePriceLine(this.average.line);
    if (price === null) {
      this.average = null;
      return;
    }
    const line = this.candles.createPriceLine({
      price,
      title,
      color: token("--accent"),
      lineWidth: 1,
      lineStyle: LineStyle.LargeDashed,
      axisLabelColor: token("--accent"),
      axisLabelTextColor: token("--accent-ink"),
    });
    this.average = { line, price, title };
  }

  yOf(price: number): number | null {
    return this.removed ? null : this.candles.priceToCoordinate(price);
  }

  priceAt(y: number): number | null {
    return this.removed ? null : this.candles.coordinateToPrice(y);
  }

  /** The height of the candles' pane. */
  get height(): number {
    return this.removed ? 0 : (this.chart.panes()[0]?.getHeight() ?? 0);
  }

  /** The width of the price scale, beside which labels stand. */
  get scaleWidth(): number {
    return this.removed ? 0 : this.chart.priceScale("right").width();
  }

  /** What the indicators say at a bar (the last one without), in the order they are drawn. */
  readings(time: number | null): { indicator: Indicator; name: string; value: number }[] {
    const at = time === null ? this.bars.length - 1 : this.bars.findIndex((bar) => bar.time === time);
    return this.drawn.flatMap(({ indicator }) =>
      linesOf(indicator, this.bars, this.interval).flatMap(({ name, values }) => {
        const value = values[at];
        return value === null || value === undefined ? [] : [{ indicator, name, value }];
      }),
    );
  }

  /** A time of the axis in words, IST. */
  timeWords(time: Time): string {
    const at = new Date(Number(time) * 1000);
    return isIntraday(this.interval) ? `${clock.format(at)} IST` : calendar.format(at);
  }

  /** A price as its axis writes it. */
  priceWords(value: number): string {
    return money.price(value.toFixed(this.places), this.places);
  }

  private drawLines(): void {
    for (const { indicator, series } of this.drawn)
      linesOf(indicator, this.bars, this.interval).forEach(({ values }, at) => {
        series[at]?.setData(
          this.bars.flatMap(({ time }, index) => {
            const value = values[index] as Line[number];
            return value === null ? [] : [{ time, value }];
          }),
        );
      });
  }

  private colour(indicator: Indicator, series: readonly ISeriesApi<"Line">[]): void {
    for (const one of series) one.applyOptions({ color: token(`--line-${indicator}`) });
  }
}
