// The second line of the desk: where the money stands, what is missing from it, and how each broker is.

import { useMetaQuery } from "@/api";
import { Amount, Gain, Percent } from "@/components/figures";
import { usePriceFeedState } from "@/features/market/prices";
import { cx } from "@/lib/classes";
import { useClock } from "@/lib/hooks";
import { useReachable } from "@/lib/reachable";
import { timeOfDay } from "@/lib/time";
import { t } from "@/text";
import { ConnectionPills } from "./ConnectionPills";
import { useHeadFigures } from "./figures";

/** A figure with room for its widest form, so that a new digit moves nothing beside it. */
function Figure({ label, room, children }: { label: string; room: string; children: React.ReactNode }) {
  return (
    <div className="flex items-baseline gap-1.5 whitespace-nowrap">
      <dt className="text-xs text-faint">{label}</dt>
      <dd className={cx("text-base font-semibold", room)}>{children}</dd>
    </div>
  );
}

function Figures() {
  const { value, day, dayPercent, margin, reason, without } = useHeadFigures();
  return (
    <dl
      data-head
      aria-label={t("shell:figures")}
      className="flex min-w-0 items-baseline gap-5 overflow-hidden max-lg:gap-3"
    >
      <Figure label={t("shell:value")} room="min-w-[12ch]">
        <Amount value={value} reason={reason} />
      </Figure>
      <Figure label={t("shell:day")} room="min-w-[18ch] max-lg:min-w-[10ch]">
        <Gain value={day} reason={reason} />{" "}
        {dayPercent !== null && (
          <span className="text-xs font-medium max-lg:hidden">
            <Percent value={dayPercent} />
          </span>
        )}
      </Figure>
      <Figure label={t("shell:margin")} room="min-w-[8ch]">
        <Amount value={margin} brief reason={reason} />
      </Figure>
      {without && (
        <div className="min-w-0 truncate text-xs text-warning max-xl:hidden" title={without}>
          <dt className="sr-only">{t("shell:not_current")}</dt>
          <dd className="truncate">{without}</dd>
        </div>
      )}
    </dl>
  );
}

/** Market, prices and the clock: what tells a quiet screen from a dead one. */
export function StatusLine({ className }: { className?: string }) {
  const { data: meta } = useMetaQuery(undefined, { pollingInterval: 60_000 });
  const connected = usePriceFeedState();
  const feed = useReachable() ? connected : "down";
  const now = useClock((time) => timeOfDay(time));
  const market = !meta
    ? t("shell:market_unknown")
    : meta.market.open
      ? t("shell:market_open")
      : t("shell:market_phase", { phase: meta.market.phase.replaceAll("_", " ") });
  return (
    <p className={cx("flex items-center gap-2 text-2xs whitespace-nowrap text-faint", className)}>
      {feed === "live" && <span>{market}</span>}
      <span className={feed === "live" ? "" : "text-warning"}>{t(`shell:feed.${feed}`)}</span>
      <span>{t("shell:ist", { time: now })}</span>
    </p>
  );
}

export function MoneyBar() {
  return (
    <div className="flex h-9 items-center gap-4 border-b border-line px-3">
      <Figures />
      <div className="min-w-0 flex-1" />
      <StatusLine className="max-[1360px]:hidden" />
      <ConnectionPills />
    </div>
  );
}
