// One pill per broker account: letter, state in words, when its session ends.
import { Link } from "react-router";
import { type Account, useListAccountsQuery } from "@/api";
import { brokerLetter } from "@/components/badge";
import { accountState } from "@/features/brokers/state";
import { cx } from "@/lib/classes";
import { shortTime } from "@/lib/time";

const dots = { good: "bg-gain", warning: "bg-warning", bad: "bg-loss", quiet: "bg-faint" } as const;

function Pill({ account }: { account: Account }) {
  const { tone, word } = accountState(account);
  const ends =
    account.state === "connected" && account.expires_at ? `, until ${shortTime(account.expires_at)} IST` : "";
  return (
    <Link
      to="/brokers"
      title={`${account.label}: ${word}${ends}`}
      className={cx(
        "flex h-7 shrink-0 items-center gap-1.5 rounded-full border px-2 text-xs hover:bg-hover max-md:h-11 max-md:border-transparent max-md:px-1.5",
        tone === "good"
          ? "border-line text-quiet"
          : tone === "warning"
            ? "border-warning/60 text-warning"
            : "border-loss/60 text-loss",
      )}
    >
      <span className={cx("size-1.5 rounded-full", dots[tone])} aria-hidden="true" />
      <span className="font-semibold">
        {brokerLetter(account.broker)}
        {tone !== "good" && (
          <span aria-hidden="true" className="xl:hidden">
            !
          </span>
        )}
      </span>
      <span className={cx(tone === "good" ? "max-[1500px]:sr-only" : "max-xl:sr-only")}>
        <span className="sr-only">
          {account.label}: {word}
        </span>
        {tone !== "good" && <span aria-hidden="true">{word}</span>}
        {tone === "good" && ends && <span className="text-faint"> {shortTime(account.expires_at)}</span>}
      </span>
    </Link>
  );
}

export function ConnectionPills() {
  const { data: accounts } = useListAccountsQuery();
  if (!accounts) return null;
  if (accounts.length === 0) {
    return (
      <Link to="/brokers" className="text-xs text-accent underline underline-offset-2">
        Connect a broker
      </Link>
    );
  }
  return (
    <nav aria-label="Broker connections" className="flex items-center gap-1 max-md:overflow-x-auto md:shrink-0">
      {accounts.map((account) => (
        <Pill key={account.id} account={account} />
      ))}
    </nav>
  );
}
