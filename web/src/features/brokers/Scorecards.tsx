// What each broker was measured to do: how fast, how often it refused, how long it was away.
import "@/text/rooms/brokers";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { inWords, problemOf, type Scorecard, type ScoreWindow } from "@/api";
import { useGetScorecardsQuery } from "@/api/brokers";
import { BrokerBadge } from "@/components/badge";
import { Segmented } from "@/components/field";
import { Unknown } from "@/components/figures";
import { Notice, Waiting } from "@/components/surface";
import { Cell, Head } from "@/components/table";
import { cx } from "@/lib/classes";
import { span } from "@/lib/time";
import { t } from "@/text";
import { awayWords, callWords, causeWords, rateText, timeText } from "./measures";

const windows: readonly ScoreWindow[] = ["1h", "1d", "7d", "30d"];

function Time({ ms, reason }: { ms: number | null; reason: string }) {
  return ms === null ? <Unknown reason={reason} /> : <span>{timeText(ms)}</span>;
}

function Rate({ part, bad }: { part: number | null; bad: number }) {
  if (part === null) return <Unknown reason={t("brokers:score.no_orders")} />;
  return <span className={part >= bad ? "text-warning" : undefined}>{rateText(part)}</span>;
}

function Away({ card }: { card: Scorecard }) {
  const words = card.outages.map(awayWords).join(", ");
  return (
    <span
      className={card.outage_minutes > 0 ? "text-warning" : undefined}
      title={words || t("brokers:score.never_away")}
    >
      {card.outage_minutes > 0 ? span(card.outage_minutes * 60) : t("brokers:score.never")}
    </span>
  );
}

function FeedAge({ card }: { card: Scorecard }) {
  if (card.feed_age_seconds === null) return <Unknown reason={t("brokers:score.no_prices")} />;
  return <span className={card.feed_age_seconds > 60 ? "text-stale" : undefined}>{span(card.feed_age_seconds)}</span>;
}

function Details({ card }: { card: Scorecard }) {
  return (
    <div className="grid gap-x-10 gap-y-4 px-4 pt-1 pb-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]">
      <div className="flex flex-col gap-4">
        <section>
          <h4 className="text-xs text-faint">{t("brokers:score.why_failed")}</h4>
          {card.causes.length === 0 ? (
            <p>{t("brokers:score.none_did")}</p>
          ) : (
            <ul>
              {card.causes.map((cause) => (
                <li key={`${cause.end} ${cause.cause}`} className="flex justify-between gap-4">
                  <span className="min-w-0 break-words">
                    <span className="text-faint">{causeWords(cause.end)}</span> {cause.cause}
                  </span>
                  <span>{cause.count}</span>
                </li>
              ))}
            </ul>
          )}
        </section>
        <section>
          <h4 className="text-xs text-faint">{t("brokers:score.away_title")}</h4>
          {card.outages.length === 0 ? (
            <p>{t("brokers:score.never_sentence")}</p>
          ) : (
            <ul>
              {card.outages.map((outage) => (
                <li key={outage.what} className="first-letter:uppercase">
                  {awayWords(outage)}
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
      <table className="w-full self-start text-sm">
        <caption className="sr-only">{t("brokers:score.every_call", { account: card.label })}</caption>
        <thead>
          <tr>
            <Head left className="!px-0">
              {t("brokers:score.call")}
            </Head>
            <Head>{t("brokers:score.calls")}</Head>
            <Head>{t("brokers:score.failed")}</Head>
            <Head>{t("brokers:score.half")}</Head>
            <Head className="!pr-0">{t("brokers:score.nearly")}</Head>
          </tr>
        </thead>
        <tbody>
          {card.calls.map((call) => (
            <tr key={call.call} className="border-t border-line">
              <Cell left className="!px-0">
                {callWords(call.call)}
              </Cell>
              <Cell>{call.count}</Cell>
              <Cell>{call.count - call.ok}</Cell>
              <Cell>
                <Time ms={call.times.p50_ms} reason={t("brokers:score.none_answered")} />
              </Cell>
              <Cell className="!pr-0">
                <Time ms={call.times.p99_ms} reason={t("brokers:score.none_answered")} />
              </Cell>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const columns = ["place", "place99", "fill", "rejected", "failed", "away", "feed"] as const;
type Column = (typeof columns)[number];
const label = (key: Column) => t(`brokers:score.columns.${key}`);
const about = (key: Column) => t(`brokers:score.columns_about.${key}`);

function figures(card: Scorecard): Record<Column, React.ReactNode> {
  return {
    place: <Time ms={card.place_to_ack.p50_ms} reason={t("brokers:score.no_orders")} />,
    place99: <Time ms={card.place_to_ack.p99_ms} reason={t("brokers:score.no_orders")} />,
    fill: <Time ms={card.ack_to_fill.p50_ms} reason={t("brokers:score.no_fills")} />,
    rejected: <Rate part={card.reject_rate} bad={0.1} />,
    failed: <Rate part={card.failure_rate} bad={0.01} />,
    away: <Away card={card} />,
    feed: <FeedAge card={card} />,
  };
}

function Card({ card }: { card: Scorecard }) {
  const [open, setOpen] = useState(false);
  const shown = figures(card);
  return (
    <li className="border-b border-line">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="grid w-full gap-x-4 gap-y-2 px-4 py-2 text-left hover:bg-hover lg:grid-cols-[minmax(160px,1.4fr)_repeat(7,minmax(0,1fr))] lg:items-center"
      >
        <span className="flex items-center gap-3">
          <ChevronRight
            aria-hidden="true"
            className={cx("-mr-1 size-4 text-faint transition-transform", open && "rotate-90")}
          />
          <BrokerBadge broker={card.broker} />
          <span>
            <span className="block font-medium">{card.label}</span>
            <span className="text-xs text-faint">{t("brokers:score.orders", { count: card.place_to_ack.count })}</span>
          </span>
        </span>
        <span className="grid grid-cols-3 gap-x-4 gap-y-2 lg:contents">
          {columns.map((key) => (
            <span key={key} title={about(key)} className="lg:text-right">
              <span className={cx("block text-xs text-faint", "lg:sr-only")}>{label(key)}</span>
              {shown[key]}
            </span>
          ))}
        </span>
      </button>
      {open && <Details card={card} />}
    </li>
  );
}

export function Scorecards() {
  const [window, setWindow] = useState<ScoreWindow>("1d");
  const { data: cards, error } = useGetScorecardsQuery(
    { window },
    { pollingInterval: 15_000, skipPollingIfUnfocused: true, refetchOnMountOrArgChange: true },
  );
  return (
    <section aria-labelledby="scorecard" className="mt-8">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2 px-4 pb-2">
        <div>
          <h2 id="scorecard" className="text-base font-semibold">
            {t("brokers:score.title")}
          </h2>
          <p className="text-xs text-faint">{t("brokers:score.about")}</p>
        </div>
        <Segmented
          label={t("brokers:score.window")}
          value={window}
          onChange={setWindow}
          choices={windows.map((value) => ({
            value,
            label: t(`brokers:score.windows.${value}`),
            title: t(`brokers:score.windows_about.${value}`),
          }))}
        />
      </div>
      {error ? (
        <Notice tone="bad" className="mx-4">
          {inWords(problemOf(error))}
        </Notice>
      ) : !cards ? (
        <Waiting rows={3} />
      ) : (
        <>
          <div
            aria-hidden="true"
            className="hidden h-8 grid-cols-[minmax(160px,1.4fr)_repeat(7,minmax(0,1fr))] items-center gap-x-4 border-y border-line px-4 text-xs text-faint lg:grid"
          >
            <span>{t("brokers:score.account")}</span>
            {columns.map((key) => (
              <span key={key} title={about(key)} className="text-right">
                {label(key)}
              </span>
            ))}
          </div>
          <ul aria-label={t("brokers:score.list")} className="border-line max-lg:border-t">
            {cards.map((card) => (
              <Card key={card.account} card={card} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
