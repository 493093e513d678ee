// A price that flashes when it moves and greys when it ages. Only this cell renders again on a tick.
import { useRef } from "react";
import { Unknown } from "@/components/figures";
import { cx } from "@/lib/classes";
import { useClock } from "@/lib/hooks";
import * as money from "@/lib/money";
import { age, secondsSince } from "@/lib/time";
import { t } from "@/text";
import { usePriceFeedState, useTick } from "./prices";

const STALE_AFTER_SECONDS = 60;

interface Props {
  symbol: string;
  /** What the last read said, used until the first tick. */
  fallback?: string | null;
  fallbackAt?: string | null;
  className?: string;
  places?: number;
}

export function PriceCell({ symbol, fallback, fallbackAt, className, places }: Props) {
  const tick = useTick(symbol);
  const value = tick?.ltp ?? fallback ?? null;
  const at = tick?.timestamp ?? fallbackAt ?? null;
  const before = useRef<string | null>(null);
  const moved = useRef<"flash-up" | "flash-down" | "">("");
  if (tick && before.current !== tick.ltp) {
    const [was, is] = [money.parse(before.current), money.parse(tick.ltp)];
    moved.current = was === null || is === null ? "" : is > was ? "flash-up" : "flash-down";
    before.current = tick.ltp;
  }
  const feed = usePriceFeedState();
  const old = useClock((now) => (secondsSince(at, now) ?? Number.POSITIVE_INFINITY) > STALE_AFTER_SECONDS);
  const stale = old || feed !== "live";
  const title = useClock((now) => (stale ? age(at, now) : t("market:live")));
  if (value === null) return <Unknown reason={t("market:no_price")} />;
  return (
    <span
      key={tick?.ltp}
      title={title}
      className={cx("rounded-sm px-0.5 -mx-0.5", moved.current, stale && "text-stale", className)}
    >
      {money.price(value, places)}
      {stale && <span className="sr-only"> {t("market:price_age", { age: title })}</span>}
    </span>
  );
}

/** Change against the previous close, in percent or rupees, following the ticks. */
export function MoveCell({
  symbol,
  percent,
  change,
  showChange,
}: {
  symbol: string;
  percent?: string | null;
  change?: string | null;
  showChange?: boolean;
}) {
  const tick = useTick(symbol);
  const value = tick?.change_percent ?? percent ?? null;
  if (value === null) return <Unknown reason={t("market:no_close")} />;
  const tone = money.direction(value);
  return (
    <span
      className={cx("whitespace-nowrap", tone === "up" ? "text-gain" : tone === "down" ? "text-loss" : "text-quiet")}
    >
      {showChange ? `${money.change(tick?.change ?? change)} (${money.percent(value)})` : money.percent(value)}
    </span>
  );
}
