// The morning: every broker's session has ended overnight; one login after the other, each with its expiry clock.
import "@/text/rooms/brokers";
import { Check } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { type Account, inWords, useListAccountsQuery } from "@/api";
import { BrokerBadge, StateWord } from "@/components/badge";
import { Button, buttonLook } from "@/components/button";
import { Empty, Notice, PageHead, Waiting } from "@/components/surface";
import { useClock } from "@/lib/hooks";
import { dayTime } from "@/lib/time";
import { t } from "@/text";
import { firstToEnd, inUse, keepRound, nextUp, roundUnderWay, waiting } from "./morning";
import { Outcome } from "./Outcome";
import { Expiry, endsSoon } from "./Session";
import { accountState } from "./state";
import { useLogin } from "./useLogin";

const GOES_ON_AFTER = 2; // seconds in which the round can be stopped

export function MorningPage() {
  const { data: accounts } = useListAccountsQuery(undefined, {
    pollingInterval: 5000,
    refetchOnMountOrArgChange: true,
  });
  const [params] = useSearchParams();
  const [later, setLater] = useState<string[]>(() => roundUnderWay() ?? []);
  // Only who came back from a broker is sent on by itself.
  const [going, setGoing] = useState(() => roundUnderWay() !== null && params.has("connected"));

  if (!accounts) return <Waiting rows={6} />;
  const mine = inUse(accounts);
  const next = nextUp(accounts, later);
  const done = mine.length - waiting(accounts).length;
  return (
    <div className="max-w-2xl">
      <PageHead title={t("brokers:morning.title")} />
      <Outcome />
      {mine.length === 0 ? (
        <Empty
          title={t("brokers:morning.none")}
          action={
            <Link to="/brokers/connect" className={buttonLook({ look: "primary" })}>
              {t("brokers:connect_a_broker")}
            </Link>
          }
        />
      ) : (
        <>
          <p className="px-4 pb-3 text-quiet">{t("brokers:morning.about")}</p>
          <p className="px-4 pb-2 text-xs text-faint" role="status">
            {t("brokers:morning.progress", { done, all: mine.length })}
          </p>
          <ul aria-label={t("brokers:connected_accounts")} className="border-t border-line">
            {mine.map((account) => (
              <Login
                key={account.id}
                account={account}
                isNext={account.id === next?.id}
                goesOn={going && account.id === next?.id}
                onStop={() => setGoing(false)}
                onLater={() => {
                  const put = [...later, account.id];
                  setLater(put);
                  keepRound(put);
                }}
                onLogin={() => keepRound(later)}
              />
            ))}
          </ul>
          {done === mine.length && <AllIn accounts={accounts} />}
        </>
      )}
    </div>
  );
}

function AllIn({ accounts }: { accounts: readonly Account[] }) {
  useEffect(() => keepRound(null), []);
  const first = firstToEnd(accounts);
  return (
    <Notice
      className="m-4"
      action={
        <Link to="/" className={buttonLook({ look: "primary" })}>
          {t("brokers:morning.to_portfolio")}
        </Link>
      }
    >
      <p className="font-medium">{t("brokers:morning.all_in")}</p>
      <p className="text-quiet">
        {first
          ? t("brokers:morning.all_in_words", { account: first.label, time: dayTime(first.expires_at) })
          : t("brokers:morning.all_in_no_end")}
      </p>
    </Notice>
  );
}

interface LoginProps {
  account: Account;
  isNext: boolean;
  goesOn: boolean;
  onStop: () => void;
  onLater: () => void;
  onLogin: () => void;
}

function Login({ account, isNext, goesOn, onStop, onLater, onLogin }: LoginProps) {
  const { login, toKeys, busy, problem } = useLogin(account);
  const state = accountState(account);
  const soon = useClock((now) => endsSoon(account, now));
  const isIn = account.state === "connected";

  async function start(): Promise<void> {
    onStop();
    onLogin();
    await login();
  }

  return (
    <li className="border-b border-line px-4 py-3" aria-label={account.label}>
      <div className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-2">
        <BrokerBadge broker={account.broker} />
        <div className="min-w-0 flex-1">
          <p className="text-base font-medium">{account.label}</p>
          {isIn ? (
            <p className="flex items-center gap-1.5 text-xs">
              <Check className="size-3.5 shrink-0 text-gain" aria-hidden="true" />
              <span className="sr-only">{t("brokers:morning.in")}</span>
              <span className="truncate">
                <Expiry account={account} />
              </span>
            </p>
          ) : (
            <p className="text-xs">
              <StateWord tone={state.tone}>{t("brokers:morning.waits")}</StateWord>
            </p>
          )}
        </div>
        {!isIn && isNext && (
          <span className="flex gap-2 max-md:w-full max-md:flex-row-reverse max-md:[&>button:last-child]:flex-1">
            <Button look="ghost" onClick={onLater}>
              {t("brokers:morning.skip")}
            </Button>
            <Button look="primary" size="lg" disabled={busy} onClick={start}>
              {t("brokers:morning.next", { account: account.label })}
            </Button>
          </span>
        )}
        {!isIn && !isNext && (
          <Button disabled={busy} onClick={start}>
            {t("brokers:row.log_in")}
          </Button>
        )}
        {isIn && soon && (
          <Button disabled={busy} onClick={start}>
            {t("brokers:morning.renew")}
          </Button>
        )}
      </div>
      {goesOn && !problem && <GoesOn account={account} onStop={onStop} onGo={start} />}
      {problem && (
        <Notice tone="warning" className="mt-2" action={<Button onClick={toKeys}>{t("brokers:row.details")}</Button>}>
          {t("brokers:morning.failed", { account: account.label, words: inWords(problem) })}
        </Notice>
      )}
    </li>
  );
}

/** Counts down, then goes on to the next broker; can be told to wait. */
function GoesOn({ account, onStop, onGo }: { account: Account; onStop: () => void; onGo: () => void }) {
  const [left, setLeft] = useState(GOES_ON_AFTER);
  const go = useRef(onGo);
  go.current = onGo;
  useEffect(() => {
    const wait = setTimeout(() => {
      if (left > 0) setLeft(left - 1);
      else go.current();
    }, 1000);
    return () => clearTimeout(wait);
  }, [left]);
  return (
    <p className="mt-1 flex items-center gap-3 text-quiet" role="status">
      {t("brokers:morning.going", { account: account.label, count: left })}
      <Button size="sm" onClick={onStop}>
        {t("brokers:morning.stop")}
      </Button>
    </p>
  );
}
