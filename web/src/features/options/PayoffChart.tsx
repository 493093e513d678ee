// What legs come to at expiry and now, over the price of the underlying: a drawing with the zero line, and a table of it.
import "@/text/rooms/options";
import type { Payoff } from "@/api";
import { Cell, Head } from "@/components/table";
import * as money from "@/lib/money";
import { t } from "@/text";

const WIDTH = 320;
const HEIGHT = 150;

interface Point {
  x: number;
  profit: number;
  now: number | null;
}

const number = (text: string): number => money.toPixels(money.parse(text) ?? money.ZERO);

export function PayoffChart({ payoff }: { payoff: Payoff }) {
  const points = payoff.points.map(
    (point): Point => ({
      x: number(point.price),
      profit: number(point.profit),
      now: point.now === null ? null : number(point.now),
    }),
  );
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || first.x === last.x) return null;
  const every = points.flatMap((point) => [point.profit, point.now ?? point.profit]);
  const [top, bottom] = [Math.max(0, ...every), Math.min(0, ...every)];
  const tall = top - bottom || 1;
  const x = (value: number) => ((value - first.x) / (last.x - first.x)) * WIDTH;
  const y = (value: number) => 6 + ((top - value) / tall) * (HEIGHT - 12);
  const path = (value: (point: Point) => number | null) =>
    points
      .flatMap((point) => {
        const at = value(point);
        return at === null ? [] : [`${x(point.x).toFixed(1)},${y(at).toFixed(1)}`];
      })
      .join(" ");
  const zero = y(0);
  const area = `0,${zero} ${path((point) => point.profit)} ${WIDTH},${zero}`;
  const spot = payoff.spot?.last_price ? x(number(payoff.spot.last_price)) : null;
  return (
    <figure>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className="h-auto w-full"
        role="img"
        aria-label={t("options:payoff.label", { name: payoff.name })}
        preserveAspectRatio="none"
      >
        <defs>
          <clipPath id="payoff-up">
            <rect x={0} y={0} width={WIDTH} height={zero} />
          </clipPath>
          <clipPath id="payoff-down">
            <rect x={0} y={zero} width={WIDTH} height={HEIGHT - zero} />
          </clipPath>
        </defs>
        <polygon points={area} clipPath="url(#payoff-up)" fill="var(--gain)" opacity={0.16} />
        <polygon points={area} clipPath="url(#payoff-down)" fill="var(--loss)" opacity={0.16} />
        <line x1={0} x2={WIDTH} y1={zero} y2={zero} stroke="var(--edge)" vectorEffect="non-scaling-stroke" />
        {spot !== null && (
          <line
            x1={spot}
            x2={spot}
            y1={0}
            y2={HEIGHT}
            stroke="var(--faint)"
            strokeDasharray="2 3"
            vectorEffect="non-scaling-stroke"
          />
        )}
        <polyline
          points={path((point) => point.now)}
          fill="none"
          stroke="var(--accent)"
          strokeDasharray="4 3"
          vectorEffect="non-scaling-stroke"
        />
        <polyline
          points={path((point) => point.profit)}
          fill="none"
          stroke="var(--gain)"
          strokeWidth={1.5}
          clipPath="url(#payoff-up)"
          vectorEffect="non-scaling-stroke"
        />
        <polyline
          points={path((point) => point.profit)}
          fill="none"
          stroke="var(--loss)"
          strokeWidth={1.5}
          clipPath="url(#payoff-down)"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <figcaption className="flex justify-between text-2xs text-faint">
        <span>{money.price(payoff.points[0]?.price)}</span>
        <span>{t("options:payoff.lines")}</span>
        <span>{money.price(payoff.points.at(-1)?.price)}</span>
      </figcaption>
      <details className="mt-1 text-xs">
        <summary className="text-faint max-md:min-h-11">{t("options:payoff.as_table")}</summary>
        <table className="w-full">
          <thead>
            <tr>
              <Head left>{payoff.name}</Head>
              <Head>{t("options:payoff.at_expiry")}</Head>
              <Head>{t("options:payoff.now")}</Head>
            </tr>
          </thead>
          <tbody>
            {payoff.points.map((point) => (
              <tr key={point.price} className="border-t border-line">
                <Cell left>{money.price(point.price)}</Cell>
                <Cell>{money.rupees(point.profit, { sign: true, places: 0 })}</Cell>
                <Cell>{money.rupees(point.now, { sign: true, places: 0 })}</Cell>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
