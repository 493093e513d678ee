// Breakers that stand open, by themselves or by hand, over accounts and over whole brokers; opened and closed by hand.
import "@/text/rooms/brokers";
import "@/text/rooms/operator";
import { useCallback, useState } from "react";
import { inWords, problemOf, type WatchedBreaker, type WholeBreaker } from "@/api";
import {
  useCloseAccountMutation,
  useCloseBrokerMutation,
  useListBreakersQuery,
  useOpenAccountMutation,
  useOpenBrokerMutation,
} from "@/api/operator";
import { BrokerBadge, brokerName, StateWord, type Tone } from "@/components/badge";
import { Button } from "@/components/button";
import { Chips } from "@/components/field";
import { toast } from "@/components/toasts";
import { HoldOpen } from "@/features/brokers/HoldOpen";
import { heldWords } from "@/features/brokers/held";
import { BreakerWord } from "@/features/brokers/Session";
import { cx } from "@/lib/classes";
import { dayTime } from "@/lib/time";
import { t } from "@/text";
import { OfUser } from "./AccountsPart";
import { EVERY, Looked, Pages, Room } from "./Looked";

const choices = ["standing", "all"] as const;
type Which = (typeof choices)[number];

export function BreakersPart() {
  const [which, setWhich] = useState<Which>("standing");
  const page = useCallback<React.ComponentProps<typeof Pages>["page"]>(
    (props) => <Page which={which} {...props} />,
    [which],
  );
  return (
    <Room about={t("operator:breakers.about")}>
      <Chips
        label={t("operator:breakers.which")}
        value={which}
        choices={choices.map((value) => ({ value, label: t(`operator:breakers.${value}`) }))}
        onChange={setWhich}
      />
      <Pages key={which} page={page} />
    </Room>
  );
}

interface PageProps {
  which: Which;
  after: string | undefined;
  more: (next: string | null | undefined) => React.ReactNode;
}

function Page({ which, after, more }: PageProps) {
  const answer = useListBreakersQuery({ which, after }, { pollingInterval: EVERY, refetchOnMountOrArgChange: true });
  return (
    <Looked answer={answer} dated={after === undefined} nothing={() => null}>
      {({ brokers, items, next }) => (
        <>
          {after === undefined && (
            <>
              <h2 className="font-medium">{t("operator:breakers.brokers")}</h2>
              <ul aria-label={t("operator:breakers.brokers")} className="border-t border-line">
                {brokers.map((each) => (
                  <Whole key={each.broker} whole={each} />
                ))}
              </ul>
              <h2 className="font-medium">{t("operator:breakers.accounts")}</h2>
            </>
          )}
          {items.length === 0 && after === undefined ? (
            <p role="status" className="text-quiet">
              {t(`operator:breakers.none_${which}`)}
            </p>
          ) : (
            <ul aria-label={t("operator:breakers.accounts")} className="border-t border-line">
              {items.map((each) => (
                <One key={each.account_id} one={each} />
              ))}
            </ul>
          )}
          {more(next)}
        </>
      )}
    </Looked>
  );
}

const row = "flex items-center justify-between gap-3 border-b border-line py-2";

function Whole({ whole: { broker, accounts, open, half_open, held } }: { whole: WholeBreaker }) {
  const [hold, holding] = useOpenBrokerMutation();
  const [close, closing] = useCloseBrokerMutation();
  const name = brokerName(broker);
  const words = [
    t("operator:breakers.logged_in", { count: accounts }),
    ...(open > 0 ? [t("operator:breakers.open_count", { count: open })] : []),
    ...(half_open > 0 ? [t("operator:breakers.trying_count", { count: half_open })] : []),
  ];
  const tone: Tone = held || open > 0 ? "bad" : half_open > 0 ? "warning" : "good";
  const word = held ? "held" : open > 0 ? "some_open" : half_open > 0 ? "trying" : "working";
  return (
    <li className={row}>
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3">
          <BrokerBadge broker={broker} named />
          <StateWord tone={tone}>{t(`operator:breakers.${word}`)}</StateWord>
          <span className="text-xs text-faint tabular-nums">{words.join(" · ")}</span>
        </div>
        {held && <p className="text-sm break-words text-warning">{heldWords({ ...held, whole_broker: false })}</p>}
      </div>
      <ByHand
        name={name}
        about={t("operator:breakers.hold_broker_about", { name })}
        holds={held === null}
        closes={held !== null}
        holding={holding}
        busy={closing.isLoading}
        onHold={(holdOpenIn) => hold({ broker, holdOpenIn })}
        onClose={() => close({ broker })}
      />
    </li>
  );
}

function One({ one }: { one: WatchedBreaker }) {
  const [hold, holding] = useOpenAccountMutation();
  const [close, closing] = useCloseAccountMutation();
  const accountId = one.account_id;
  const held = one.held.some((each) => each.by === "operator" && !each.whole_broker);
  const name = `${brokerName(one.broker)} ${accountId}`;
  const words = [
    ...(one.opened_at ? [t("operator:breakers.opened", { time: dayTime(one.opened_at) })] : []),
    ...(one.tries_at ? [t("operator:breakers.tries", { time: dayTime(one.tries_at) })] : []),
    ...(one.last_ok_at ? [t("operator:breakers.last_ok", { time: dayTime(one.last_ok_at) })] : []),
  ];
  return (
    <li className={cx(row, "max-md:flex-col max-md:items-stretch")}>
      <div className="flex min-w-0 flex-col gap-0.5">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
          <BrokerBadge broker={one.broker} named />
          <Way label={t("brokers:row.reads")} state={one.reads} />
          <Way label={t("brokers:row.orders")} state={one.writes} />
          <span className="text-xs text-faint tabular-nums">{words.join(" · ")}</span>
        </div>
        {one.held.map((each) => (
          <p key={`${each.by} ${each.whole_broker}`} className="text-sm break-words text-warning">
            {heldWords(each)}
          </p>
        ))}
        {one.last_error && (
          <p className="text-sm break-words text-quiet">
            {t("operator:breakers.last_error", { words: one.last_error })}
          </p>
        )}
        <p className="text-xs break-all text-faint">
          {accountId} · <OfUser id={one.user_id} />
        </p>
      </div>
      <ByHand
        name={name}
        about={t("operator:breakers.hold_account_about")}
        holds={!held}
        closes={held || one.reads === "open" || one.writes === "open"}
        holding={holding}
        busy={closing.isLoading}
        onHold={(holdOpenIn) => hold({ accountId, holdOpenIn })}
        onClose={() => close({ accountId })}
      />
    </li>
  );
}

function Way({ label, state }: { label: string; state: string | null }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className="text-xs text-faint">{label}</span>
      {state === null ? (
        <StateWord tone="quiet">{t("brokers:row.no_session")}</StateWord>
      ) : (
        <BreakerWord state={state} />
      )}
    </span>
  );
}

interface ByHandProps {
  name: string;
  about: string;
  holds: boolean;
  closes: boolean;
  holding: { isLoading: boolean; error?: unknown; reset: () => void };
  busy: boolean;
  onHold: (body: { reason: string; until: string | null }) => Promise<{ error?: unknown }>;
  onClose: () => Promise<{ error?: unknown }>;
}

function ByHand({ name, about, holds, closes, holding, busy, onHold, onClose }: ByHandProps) {
  const [asked, setAsked] = useState(false);

  function ask(): void {
    holding.reset(); // an earlier refusal is no answer to this
    setAsked(true);
  }

  async function hold(body: { reason: string; until: string | null }): Promise<void> {
    const { error } = await onHold(body);
    if (error) return;
    toast({ tone: "good", title: t("brokers:hold.held", { name }) });
    setAsked(false);
  }

  async function close(): Promise<void> {
    const { error } = await onClose();
    if (error) toast({ tone: "bad", title: inWords(problemOf(error)) });
    else toast({ tone: "good", title: t("brokers:hold.closed", { name }) });
  }

  return (
    <div className="flex shrink-0 gap-2">
      {holds && (
        <Button size="sm" aria-label={`${t("brokers:hold.open")}: ${name}`} onClick={ask}>
          {t("brokers:hold.open")}
        </Button>
      )}
      {closes && (
        <Button
          size="sm"
          aria-label={`${t("brokers:hold.close")}: ${name}`}
          disabled={busy}
          onClick={() => void close()}
        >
          {t("brokers:hold.close")}
        </Button>
      )}
      {asked && (
        <HoldOpen
          title={t("brokers:hold.title", { name })}
          about={about}
          busy={holding.isLoading}
          error={holding.error}
          onHold={(body) => void hold(body)}
          onClose={() => setAsked(false)}
        />
      )}
    </div>
  );
}
