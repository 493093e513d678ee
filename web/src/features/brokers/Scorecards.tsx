// What each broker was measured to do: how fast, how often it refused, how long it was away.
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { inWords, problemOf, type Scorecard, type ScoreWindow, useGetScorecardsQuery } from "@/api";
import { BrokerBadge } from "@/components/badge";
import { Segmented } from "@/components/field";
import { Unknown } from "@/components/figures";
import { Notice, Waiting } from "@/components/surface";
import { Cell, Head } from "@/components/table";
import { cx } from "@/lib/classes";
import { span } from "@/lib/time";
import { awayWords, callWords, causeWords, rateText, timeText } from "./measures";

const windows: { value: ScoreWindow; label: string; title: string }[] = [
  { value: "1h", label: "Hour", title: "The last hour" },
  { value: "1d", label: "Day", title: "The last 24 hours" },
  { value: "7d", label: "Week", title: "The last 7 days" },
  { value: "30d", label: "Month", title: "The last 30 days" },
];

const noOrders = "no order was answered in this time";

function Time({ ms, reason }: { ms: number | null; reason: string }) {
  return ms === null ? <Unknown reason={reason} /> : <span>{timeText(ms)}</span>;
}

function Rate({ part, bad }: { part: number | null; bad: number }) {
  if (part === null) return <Unknown reason={noOrders} />;
  return <span className={part >= bad ? "text-warning" : undefined}>{rateText(part)}</span>;
}

function Away({ card }: { card: Scorecard }) {
  const words = card.outages.map(awayWords).join(", ");
  return (
    <span className={card.outage_minutes > 0 ? "text-warning" : undefined} title={words || "never away"}>
      {card.outage_minutes > 0 ? span(card.outage_minutes * 60) : "never"}
    </span>
  );
}

function FeedAge({ card }: { card: Scorecard }) {
  if (card.feed_age_seconds === null) return <Unknown reason="no prices are taken from here now" />;
  return <span className={card.feed_age_seconds > 60 ? "text-stale" : undefined}>{span(card.feed_age_seconds)}</span>;
}

function Details({ card }: { card: Scorecard }) {
  return (
    <div className="grid gap-x-10 gap-y-4 px-4 pt-1 pb-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]">
      <div className="flex flex-col gap-4">
        <section>
          <h4 className="text-xs text-faint">Why orders failed</h4>
          {card.causes.length === 0 ? (
            <p>None did.</p>
          ) : (
            <ul>
              {card.causes.map((cause) => (
                <li key={`${cause.end} ${cause.cause}`} className="flex justify-between gap-4">
                  <span className="min-w-0 break-words">
                    <span className="text-faint">{causeWords[cause.end]}</span> {cause.cause}
                  </span>
                  <span>{cause.count}</span>
                </li>
              ))}
            </ul>
          )}
        </section>
        <section>
          <h4 className="text-xs text-faint">Away while the market was open</h4>
          {card.outages.length === 0 ? (
            <p>Never.</p>
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
        <caption className="sr-only">Every call to {card.label}</caption>
        <thead>
          <tr>
            <Head left className="!px-0">
              Call
            </Head>
            <Head>Calls</Head>
            <Head>Failed</Head>
            <Head>Half within</Head>
            <Head className="!pr-0">99 % within</Head>
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
                <Time ms={call.times.p50_ms} reason="none was answered" />
              </Cell>
              <Cell className="!pr-0">
                <Time ms={call.times.p99_ms} reason="none was answered" />
              </Cell>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const columns = [
  { key: "place", label: "Order taken", title: "Half of the orders were answered within this time" },
  { key: "place99", label: "99 % within", title: "Nearly all orders were answered within this time" },
  { key: "fill", label: "Filled", title: "From the answer to the first fill of a market order, half within this time" },
  { key: "rejected", label: "Refused", title: "Orders that the broker refused" },
  { key: "failed", label: "No answer", title: "Orders without a clear answer, or that never got there" },
  { key: "away", label: "Away", title: "Open market hours without login, readings, orders or prices" },
  { key: "feed", label: "Last price", title: "Age of the newest price of its feed" },
] as const;

function figures(card: Scorecard): Record<(typeof columns)[number]["key"], React.ReactNode> {
  return {
    place: <Time ms={card.place_to_ack.p50_ms} reason={noOrders} />,
    place99: <Time ms={card.place_to_ack.p99_ms} reason={noOrders} />,
    fill: <Time ms={card.ack_to_fill.p50_ms} reason="no market order was filled in this time" />,
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
            <span className="text-xs text-faint">
              {card.place_to_ack.count === 1 ? "1 order" : `${card.place_to_ack.count} orders`}
            </span>
          </span>
        </span>
        <span className="grid grid-cols-3 gap-x-4 gap-y-2 lg:contents">
          {columns.map(({ key, label, title }) => (
            <span key={key} title={title} className="lg:text-right">
              <span className={cx("block text-xs text-faint", "lg:sr-only")}>{label}</span>
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
            Scorecard
          </h2>
          <p className="text-xs text-faint">What your brokers were measured to do. Routing goes by it if you say so.</p>
        </div>
        <Segmented label="Time" value={window} onChange={setWindow} choices={windows} />
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
            <span>Account</span>
            {columns.map(({ key, label, title }) => (
              <span key={key} title={title} className="text-right">
                {label}
              </span>
            ))}
          </div>
          <ul aria-label="Scorecards" className="border-line max-lg:border-t">
            {cards.map((card) => (
              <Card key={card.account} card={card} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
