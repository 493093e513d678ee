// One pill per broker account: letter, state in words, when its session ends. On the phone one cluster for all.
import { Link } from "react-router";
import { type Account, useListAccountsQuery } from "@/api";
import { brokerLetter } from "@/components/badge";
import { type AccountState, accountState } from "@/features/brokers/state";
import { cx } from "@/lib/classes";
import { useReachable } from "@/lib/reachable";
import { shortTime } from "@/lib/time";
import { t } from "@/text";

/** How an account is; while nothing can be reached only how it was. */
function useStates(accounts: readonly Account[]): { account: Account; state: AccountState }[] {
  const reachable = useReachable();
  return accounts.map((account) => {
    const state = accountState(account);
    return { account, state: reachable ? state : { tone: "quiet", word: t("shell:last_known", { word: state.word }) } };
  });
}

const dots = { good: "bg-gain", warning: "bg-warning", bad: "bg-loss", quiet: "bg-faint" } as const;

const inks = { good: "text-quiet", warning: "text-warning", bad: "text-loss", quiet: "text-faint" } as const;

const endsAt = (account: Account): string | null =>
  account.state === "connected" && account.expires_at ? account.expires_at : null;

const inFull = (account: Account, { word }: AccountState): string => {
  const ends = endsAt(account);
  return `${account.label}: ${word}${ends ? t("shell:until", { time: shortTime(ends) }) : ""}`;
};

function Pill({ account, state }: { account: Account; state: AccountState }) {
  const { tone, word } = state;
  const ends = endsAt(account);
  return (
    <Link
      to={`/brokers/${account.id}`}
      title={inFull(account, state)}
      className={cx(
        "flex h-6 shrink-0 items-center gap-1.5 rounded-full border px-2 text-xs hover:bg-hover",
        inks[tone],
        tone === "warning" ? "border-warning/60" : tone === "bad" ? "border-loss/60" : "border-line",
      )}
    >
      <span className={cx("size-1.5 rounded-full", dots[tone])} aria-hidden="true" />
      <span className="font-semibold" aria-hidden="true">
        {brokerLetter(account.broker)}
      </span>
      <span className="sr-only">{inFull(account, state)}</span>
      {tone === "warning" || tone === "bad" ? (
        <span aria-hidden="true" className="max-lg:hidden">
          {word}
        </span>
      ) : (
        ends && (
          <span aria-hidden="true" className="text-faint max-xl:hidden">
            {shortTime(ends)}
          </span>
        )
      )}
    </Link>
  );
}

function ConnectFirst() {
  return (
    <Link to="/brokers/connect" className="text-xs whitespace-nowrap text-accent underline underline-offset-2">
      {t("shell:connect_first")}
    </Link>
  );
}

export function ConnectionPills() {
  const { data: accounts } = useListAccountsQuery();
  const states = useStates(accounts ?? []);
  if (!accounts) return null;
  if (accounts.length === 0) return <ConnectFirst />;
  return (
    <nav aria-label={t("shell:connections")} className="flex min-w-0 shrink-0 items-center gap-1">
      {states.map(({ account, state }) => (
        <Pill key={account.id} account={account} state={state} />
      ))}
    </nav>
  );
}

const MOST_LETTERS = 4;

/** All brokers in the width of a thumb: letters with a dot each; read out in full. */
export function ConnectionCluster() {
  const { data: accounts } = useListAccountsQuery();
  const states = useStates(accounts ?? []);
  if (!accounts) return null;
  if (accounts.length === 0) return <ConnectFirst />;
  const sorted = [...states].sort((a, b) => Number(a.state.tone === "good") - Number(b.state.tone === "good"));
  const trouble = states.filter(({ state }) => state.tone === "warning" || state.tone === "bad").length;
  return (
    <Link
      to={trouble ? "/morning" : "/brokers"}
      className="relative flex h-11 min-w-9 shrink-0 items-center justify-center gap-1 px-1"
    >
      <span className="sr-only">
        {[
          t("shell:connections"),
          ...(trouble ? [t("shell:connections_trouble", { count: trouble })] : []),
          ...states.map(({ account, state }) => inFull(account, state)),
        ].join(". ")}
      </span>
      {sorted.slice(0, MOST_LETTERS).map(({ account, state }) => (
        <span key={account.id} aria-hidden="true" className="flex flex-col items-center gap-0.5 text-2xs leading-none">
          <span className={inks[state.tone]}>
            {brokerLetter(account.broker)}
            {(state.tone === "warning" || state.tone === "bad") && "!"}
          </span>
          <span className={cx("size-1.5 rounded-full", dots[state.tone])} />
        </span>
      ))}
    </Link>
  );
}
