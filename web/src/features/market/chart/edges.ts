// Hairlines where a trading day begins; told of every redraw, it also says when what lies over the chart must move.
import type { IChartApi, IPrimitivePaneRenderer, IPrimitivePaneView, ISeriesPrimitive, Time } from "lightweight-charts";

type Target = Parameters<IPrimitivePaneRenderer["draw"]>[0];

export class DayEdges implements ISeriesPrimitive<Time> {
  private times: readonly Time[] = [];
  private chart: IChartApi | null = null;
  private readonly views: readonly IPrimitivePaneView[];
  colour = "";

  constructor(private readonly onRedraw: () => void) {
    this.views = [{ zOrder: () => "bottom", renderer: () => ({ draw: (target) => this.draw(target) }) }];
  }

  attached({ chart }: { chart: unknown }): void {
    this.chart = chart as IChartApi;
  }

  detached(): void {
    this.chart = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.views;
  }

  updateAllViews(): void {
    this.onRedraw();
  }

  set(times: readonly Time[]): void {
    this.times = times;
  }

  private draw(target: Target): void {
    const scale = this.chart?.timeScale();
    if (!scale) return;
    const half = scale.options().barSpacing / 2;
    // biome-ignore lint/correctness/useHookAtTopLevel: not React's, the chart's
    target.useBitmapCoordinateSpace(({ context, bitmapSize, horizontalPixelRatio }) => {
      context.fillStyle = this.colour;
      for (const time of this.times) {
        const x = scale.timeToCoordinate(time);
        if (x === null) continue;
        const left = Math.round((x - half) * horizontalPixelRatio);
        for (let top = 0; top < bitmapSize.height; top += 8) context.fillRect(left, top, 1, 4);
      }
    });
  }
}
