// How everybody's accounts do at their brokers: sessions, breakers, what was said last. Nothing of what is in them.
import "@/text/rooms/operator";
import { useCallback, useState } from "react";
import { Link } from "react-router";
import type { WatchedAccount } from "@/api";
import { useListWatchedAccountsQuery } from "@/api/operator";
import { BrokerBadge, StateWord } from "@/components/badge";
import { Chips } from "@/components/field";
import { accountState } from "@/features/brokers/state";
import { dayTime } from "@/lib/time";
import { t } from "@/text";
import { EVERY, Looked, Pages, Room } from "./Looked";

const states = ["all", "connected", "login_needed", "connecting", "disconnected"] as const;
type Shown = (typeof states)[number];
const wordOf = (state: Shown): string => (state === "all" ? t("operator:accounts.all") : t(`accounts:states.${state}`));

export function AccountsPart() {
  const [shown, setShown] = useState<Shown>("all");
  const page = useCallback<React.ComponentProps<typeof Pages>["page"]>(
    (props) => <Page shown={shown} {...props} />,
    [shown],
  );
  return (
    <Room about={t("operator:accounts.about")}>
      <Chips
        label={t("operator:accounts.state")}
        value={shown}
        choices={states.map((value) => ({ value, label: wordOf(value) }))}
        onChange={setShown}
      />
      <Pages key={shown} page={page} />
    </Room>
  );
}

interface PageProps {
  shown: Shown;
  after: string | undefined;
  more: (next: string | null | undefined) => React.ReactNode;
}

function Page({ shown, after, more }: PageProps) {
  const state = shown === "all" ? undefined : shown;
  const answer = useListWatchedAccountsQuery(
    { state, after },
    { pollingInterval: EVERY, refetchOnMountOrArgChange: true },
  );
  return (
    <Looked
      answer={answer}
      dated={after === undefined}
      nothing={({ items }) => (items.length === 0 ? t("operator:accounts.none") : null)}
    >
      {({ items, next }) => (
        <>
          <ul aria-label={t("operator:parts.accounts")} className="border-t border-line">
            {items.map((account) => (
              <Row key={account.id} account={account} />
            ))}
          </ul>
          {more(next)}
        </>
      )}
    </Looked>
  );
}

function Row({ account }: { account: WatchedAccount }) {
  const { reads, writes } = account;
  const health = reads !== null && writes !== null ? { reads, writes } : null;
  const { tone, word } = accountState({ state: account.state, health });
  const words = [
    ...(account.session_expires_at ? [t("operator:accounts.ends", { time: dayTime(account.session_expires_at) })] : []),
    ...(account.as_of ? [t("operator:accounts.read", { time: dayTime(account.as_of) })] : []),
    ...(account.failing_since ? [t("operator:accounts.failing", { time: dayTime(account.failing_since) })] : []),
  ];
  return (
    <li className="flex flex-col gap-0.5 border-b border-line py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
        <BrokerBadge broker={account.broker} named />
        <StateWord tone={tone}>{word}</StateWord>
        <span className="text-xs text-faint tabular-nums">{words.join(" · ")}</span>
      </div>
      {account.last_error && <p className="text-sm break-words text-quiet">{account.last_error}</p>}
      <p className="text-xs break-all text-faint">
        {account.id} · <OfUser id={account.user_id} />
      </p>
    </li>
  );
}

/** The way from whatever is a user's to the user. */
export function OfUser({ id }: { id: string }) {
  return (
    <Link to={`/operator/users?find=${encodeURIComponent(id)}`} className="text-accent underline underline-offset-2">
      {id}
    </Link>
  );
}
