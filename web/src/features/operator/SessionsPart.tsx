// Sessions at brokers over all users: until when each holds, which process works with it, asking for another, and ending it.
import "@/text/rooms/operator";
import { useCallback, useState } from "react";
import { type BrokerSession, inWords, problemOf } from "@/api";
import { useEndBrokerSessionMutation, useListBrokerSessionsQuery, useRenewBrokerSessionMutation } from "@/api/operator";
import { BrokerBadge, brokerName, StateWord } from "@/components/badge";
import { Button } from "@/components/button";
import { Question } from "@/components/question";
import { toast } from "@/components/toasts";
import { accountState } from "@/features/brokers/state";
import { dayTime } from "@/lib/time";
import { hasText, t } from "@/text";
import { OfUser } from "./AccountsPart";
import { EVERY, Looked, Pages, Room } from "./Looked";

export function SessionsPart() {
  return (
    <Room about={t("operator:sessions.about")}>
      <Pages page={Page} />
    </Room>
  );
}

interface PageProps {
  after: string | undefined;
  more: (next: string | null | undefined) => React.ReactNode;
}

function Page({ after, more }: PageProps) {
  const [asked, setAsked] = useState<BrokerSession | null>(null);
  const onEnd = useCallback((session: BrokerSession) => setAsked(session), []);
  const answer = useListBrokerSessionsQuery({ after }, { pollingInterval: EVERY, refetchOnMountOrArgChange: true });
  return (
    <Looked
      answer={answer}
      dated={after === undefined}
      nothing={({ items }) => (items.length === 0 ? t("operator:accounts.none") : null)}
    >
      {({ items, next }) => (
        <>
          <ul aria-label={t("operator:parts.sessions")} className="border-t border-line">
            {items.map((session) => (
              <Row key={session.account_id} session={session} onEnd={onEnd} />
            ))}
          </ul>
          {asked && <End session={asked} onClose={() => setAsked(null)} />}
          {more(next)}
        </>
      )}
    </Looked>
  );
}

/** How a broker's next session comes about, in words; a way that has none yet as it is called. */
function renewalWords(renewal: BrokerSession["renewal"], which: "renewal" | "asked"): string {
  const key = `operator:sessions.${which}.${renewal}`;
  return hasText(key) ? t(key) : renewal;
}

function Row({ session, onEnd }: { session: BrokerSession; onEnd: (session: BrokerSession) => void }) {
  const [renew, { isLoading }] = useRenewBrokerSessionMutation();
  const { account_id: accountId, broker } = session;
  const { tone, word } = accountState({ state: session.state, health: { reads: "closed", writes: "closed" } });
  const name = `${brokerName(broker)} ${accountId}`;
  const words = [
    ...(session.since ? [t("operator:sessions.since", { time: dayTime(session.since) })] : []),
    ...(session.expires_at ? [t("operator:accounts.ends", { time: dayTime(session.expires_at) })] : []),
    ...(session.process ? [t("operator:sessions.process", { name: session.process })] : []),
    renewalWords(session.renewal, "renewal"),
  ];

  async function ask(): Promise<void> {
    const { data, error } = await renew({ accountId });
    if (data) toast({ tone: "good", title: renewalWords(data.asked, "asked") });
    else toast({ tone: "bad", title: inWords(problemOf(error)) });
  }

  return (
    <li className="flex items-center justify-between gap-3 border-b border-line py-2 max-md:flex-col max-md:items-stretch">
      <div className="flex min-w-0 flex-col gap-0.5">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
          <BrokerBadge broker={broker} named />
          <StateWord tone={tone}>{word}</StateWord>
        </div>
        <p className="text-xs break-words text-faint tabular-nums">{words.join(" · ")}</p>
        {session.last_error && <p className="text-sm break-words text-quiet">{session.last_error}</p>}
        <p className="text-xs break-all text-faint">
          {accountId} · <OfUser id={session.user_id} />
        </p>
      </div>
      <div className="flex shrink-0 gap-2">
        <Button
          size="sm"
          aria-label={`${t("operator:sessions.renew")}: ${name}`}
          disabled={isLoading}
          onClick={() => void ask()}
        >
          {t("operator:sessions.renew")}
        </Button>
        {session.state === "connected" && (
          <Button size="sm" aria-label={`${t("operator:sessions.end")}: ${name}`} onClick={() => onEnd(session)}>
            {t("operator:sessions.end")}
          </Button>
        )}
      </div>
    </li>
  );
}

function End({ session, onClose }: { session: BrokerSession; onClose: () => void }) {
  const [end, { error, isLoading }] = useEndBrokerSessionMutation();
  const name = `${brokerName(session.broker)} ${session.account_id}`;

  async function submit(): Promise<void> {
    const { error: refused } = await end({ accountId: session.account_id });
    if (refused) return;
    toast({ tone: "good", title: t("operator:sessions.ended", { name }) });
    onClose();
  }

  return (
    <Question
      danger
      title={t("operator:sessions.end_title", { name })}
      about={t("operator:sessions.end_about")}
      yes={t("operator:sessions.end")}
      busy={isLoading}
      refused={error && inWords(problemOf(error))}
      onYes={() => void submit()}
      onClose={onClose}
    />
  );
}
