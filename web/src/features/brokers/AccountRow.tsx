// One account: state, expiry clock, breakers for reads and orders, where its orders leave from, and its actions.
import "@/text/rooms/brokers";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { type Account, type Broker, useGetPortfolioQuery } from "@/api";
import { BrokerBadge, StateWord } from "@/components/badge";
import { Button, buttonLook } from "@/components/button";
import { Age, Amount, Unknown } from "@/components/figures";
import { t } from "@/text";
import { CredentialsForm } from "./CredentialsForm";
import { MoveFunds } from "./MoveFunds";
import { BreakerWord, Expiry, Fact } from "./Session";
import { accountState, adviceFor } from "./state";
import { useLogin } from "./useLogin";
import { EgressWord } from "./WayOut";

type Panel = "none" | "login" | "funds";

export function AccountRow({ account, broker }: { account: Account; broker: Broker | undefined }) {
  const [panel, setPanel] = useState<Panel>("none");
  const { login, busy, problem } = useLogin(account);
  const state = accountState(account);
  const advice = adviceFor(account);
  const asksLogin = account.state !== "connected";

  async function start(credentials?: Record<string, string>): Promise<void> {
    const end = await login(credentials);
    setPanel(end === "keys" ? "login" : "none");
  }

  return (
    <li className="border-b border-line px-4 py-3" aria-label={account.label}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="flex min-w-52 flex-1 items-center gap-3">
          <BrokerBadge broker={account.broker} />
          <div>
            <p className="text-base font-medium">{account.label}</p>
            <p className="text-xs text-faint">{account.broker_user_id ?? t("brokers:row.not_logged_in")}</p>
          </div>
        </div>
        <div className="flex flex-wrap gap-2">
          {account.capabilities.features.move_funds && !asksLogin && (
            <Button onClick={() => setPanel(panel === "funds" ? "none" : "funds")}>
              {t("brokers:row.move_funds")}
            </Button>
          )}
          <Button look={asksLogin ? "primary" : "plain"} disabled={busy} onClick={() => start()}>
            {t(asksLogin ? "brokers:row.log_in" : "brokers:row.reconnect")}
          </Button>
          <Link to={`/brokers/${account.id}`} className={buttonLook({ look: "ghost" })}>
            {t("brokers:row.details")}
            <span className="sr-only"> {account.label}</span>
            <ChevronRight className="size-4" aria-hidden="true" />
          </Link>
        </div>
      </div>
      <Facts account={account} />
      {advice && <p className="mt-2 max-w-3xl">{advice}</p>}
      {account.last_error && state.tone !== "good" && (
        <p className="mt-1 text-xs text-faint first-letter:uppercase">{account.last_error}</p>
      )}
      {panel === "login" && broker && (
        <div className="mt-3 max-w-md rounded-md border border-line p-4">
          <CredentialsForm
            broker={broker}
            busy={busy}
            problem={problem}
            action={t("brokers:row.log_in")}
            onSubmit={start}
          />
        </div>
      )}
      {panel === "funds" && <MoveFunds account={account} onDone={() => setPanel("none")} />}
    </li>
  );
}

function Facts({ account }: { account: Account }) {
  const { data: portfolio } = useGetPortfolioQuery();
  const funds = portfolio?.funds.find((line) => line.account === account.id);
  const state = accountState(account);
  const { health } = account;
  return (
    <dl className="mt-3 grid grid-cols-2 gap-x-6 gap-y-2 md:grid-cols-4 xl:grid-cols-[1fr_1.5fr_1fr_1fr_1fr_1fr_1.1fr_1.2fr]">
      <Fact label={t("brokers:row.state")}>
        <StateWord tone={state.tone}>{state.word}</StateWord>
      </Fact>
      <Fact label={t("brokers:row.session_ends")}>
        <Expiry account={account} />
      </Fact>
      <Fact label={t("brokers:row.reads")} title={t("brokers:row.reads_about")}>
        {health ? <BreakerWord state={health.reads} /> : <Unknown reason={t("brokers:row.no_session")} />}
      </Fact>
      <Fact label={t("brokers:row.orders")} title={t("brokers:row.orders_about")}>
        {health ? (
          // No order goes where nothing can be read, whatever the last order met.
          <BreakerWord state={health.reads === "open" ? "open" : health.writes} />
        ) : (
          <Unknown reason={t("brokers:row.no_session")} />
        )}
      </Fact>
      <Fact label={t("brokers:row.last_answer")}>
        {health?.last_seen ? (
          <Age at={health.last_seen} fresh={state.tone === "good" ? 30 : -1} />
        ) : (
          <Unknown reason={t("brokers:row.no_answer_yet")} />
        )}
      </Fact>
      <Fact label={t("brokers:row.order_time")} title={t("brokers:row.order_time_about")}>
        {health?.place_ms_p50 == null ? (
          <Unknown reason={t("brokers:row.no_order_yet")} />
        ) : (
          `${Math.round(health.place_ms_p50)} ms`
        )}
      </Fact>
      <Fact label={t("brokers:row.address")}>
        <EgressWord account={account} />
      </Fact>
      <Fact label={t("brokers:row.margin")}>
        <Amount
          value={funds?.margin_available}
          reason={t("brokers:row.not_read")}
          className={funds?.stale ? "text-stale" : undefined}
        />
        {funds?.stale && <span className="text-xs text-stale"> {t("brokers:row.old")}</span>}
      </Fact>
    </dl>
  );
}
