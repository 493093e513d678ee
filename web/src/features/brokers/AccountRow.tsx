// One account: state, expiry clock, breakers for reads and orders, and its actions.
import { useState } from "react";
import {
  type Account,
  type Breaker,
  type Broker,
  inWords,
  problemOf,
  useDisconnectAccountMutation,
  useGetPortfolioQuery,
  useLogInAgainMutation,
} from "@/api";
import { BrokerBadge, StateWord, type Tone } from "@/components/badge";
import { Button } from "@/components/button";
import { Age, Amount, Unknown } from "@/components/figures";
import { Notice } from "@/components/surface";
import { toast } from "@/components/toasts";
import { OwnFees } from "@/features/charges/OwnFees";
import { useClock } from "@/lib/hooks";
import { dayTime, until } from "@/lib/time";
import { CredentialsForm } from "./CredentialsForm";
import { MoveFunds } from "./MoveFunds";
import { accountState, adviceFor } from "./state";

const breakers: Record<Breaker, { tone: Tone; word: string }> = {
  closed: { tone: "good", word: "working" },
  half_open: { tone: "warning", word: "trying again" },
  open: { tone: "bad", word: "paused" },
};

function BreakerWord({ state }: { state: Breaker }) {
  const { tone, word } = breakers[state] ?? { tone: "unknown" as const, word: String(state) };
  return <StateWord tone={tone}>{word}</StateWord>;
}

function Fact({ label, children, title }: { label: string; children: React.ReactNode; title?: string }) {
  return (
    <div title={title}>
      <dt className="text-xs text-faint">{label}</dt>
      <dd className="min-h-[18px]">{children}</dd>
    </div>
  );
}

function Expiry({ account }: { account: Account }) {
  const left = useClock((now) => until(account.expires_at, now));
  const soon = useClock((now) => (account.expires_at ? Date.parse(account.expires_at) - now < 30 * 60_000 : false));
  if (account.state !== "connected") return <Unknown reason="no session" />;
  if (!account.expires_at) return <span>does not end</span>;
  return (
    <span className={soon ? "text-warning" : undefined}>
      <span className="whitespace-nowrap">{dayTime(account.expires_at)} IST</span>{" "}
      <span className="whitespace-nowrap text-faint">{left}</span>
    </span>
  );
}

type Panel = "none" | "login" | "disconnect" | "funds" | "fees";

export function AccountRow({ account, broker }: { account: Account; broker: Broker | undefined }) {
  const [panel, setPanel] = useState<Panel>("none");
  const [reconnect, reconnecting] = useLogInAgainMutation();
  const [disconnect, disconnecting] = useDisconnectAccountMutation();
  const { data: portfolio } = useGetPortfolioQuery();
  const funds = portfolio?.funds.find((line) => line.account === account.id);
  const state = accountState(account);
  const advice = adviceFor(account);
  const problem = reconnecting.error ? problemOf(reconnecting.error) : null;

  async function login(credentials?: Record<string, string>): Promise<void> {
    try {
      const answer = await reconnect({ accountId: account.id, loginAgainIn: { credentials } }).unwrap();
      if (answer.login_url) window.location.assign(answer.login_url);
      else {
        setPanel("none");
        toast({ tone: "good", title: `${account.label} is connected` });
      }
    } catch (_shownBelow) {
      // A broker that wants its keys anew says so; the form is shown with its words.
      setPanel("login");
    }
  }

  const asksLogin = account.state !== "connected";
  return (
    <li className="border-b border-line px-4 py-3" aria-label={account.label}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="flex min-w-52 flex-1 items-center gap-3">
          <BrokerBadge broker={account.broker} />
          <div>
            <p className="text-base font-medium">{account.label}</p>
            <p className="text-xs text-faint">{account.broker_user_id ?? "not logged in yet"}</p>
          </div>
        </div>
        <div className="flex flex-wrap gap-2">
          {account.capabilities.features.move_funds && !asksLogin && (
            <Button onClick={() => setPanel(panel === "funds" ? "none" : "funds")}>Move funds</Button>
          )}
          <Button look={asksLogin ? "primary" : "plain"} disabled={reconnecting.isLoading} onClick={() => login()}>
            {asksLogin ? "Log in" : "Reconnect"}
          </Button>
          <Button look="ghost" onClick={() => setPanel(panel === "fees" ? "none" : "fees")}>
            Fees
          </Button>
          <Button look="ghost" onClick={() => setPanel(panel === "disconnect" ? "none" : "disconnect")}>
            Disconnect
          </Button>
        </div>
      </div>
      <dl className="mt-3 grid grid-cols-2 gap-x-6 gap-y-2 md:grid-cols-4 xl:grid-cols-[1fr_1.7fr_1fr_1fr_1fr_1fr_1.2fr]">
        <Fact label="State">
          <StateWord tone={state.tone}>{state.word}</StateWord>
        </Fact>
        <Fact label="Session ends">
          <Expiry account={account} />
        </Fact>
        <Fact label="Reads" title="Breaker for holdings, funds and prices">
          {account.health ? <BreakerWord state={account.health.reads} /> : <Unknown reason="no session" />}
        </Fact>
        <Fact label="Orders" title="Breaker for placing, changing and cancelling">
          {account.health ? (
            // No order goes where nothing can be read, whatever the last order met.
            <BreakerWord state={account.health.reads === "open" ? "open" : account.health.writes} />
          ) : (
            <Unknown reason="no session" />
          )}
        </Fact>
        <Fact label="Last answer">
          {account.health?.last_seen ? (
            <Age at={account.health.last_seen} fresh={state.tone === "good" ? 30 : -1} />
          ) : (
            <Unknown reason="no answer yet" />
          )}
        </Fact>
        <Fact label="Order time" title="Median time to place an order">
          {account.health?.place_ms_p50 == null ? (
            <Unknown reason="no order placed here yet" />
          ) : (
            `${Math.round(account.health.place_ms_p50)} ms`
          )}
        </Fact>
        <Fact label="Usable margin">
          <Amount
            value={funds?.margin_available}
            reason="not read yet"
            className={funds?.stale ? "text-stale" : undefined}
          />
          {funds?.stale && <span className="text-xs text-stale"> old</span>}
        </Fact>
      </dl>
      {advice && <p className="mt-2 max-w-3xl">{advice}</p>}
      {account.last_error && state.tone !== "good" && (
        <p className="mt-1 text-xs text-faint first-letter:uppercase">{account.last_error}</p>
      )}
      {panel === "login" && broker && (
        <div className="mt-3 max-w-md rounded-md border border-line p-4">
          <CredentialsForm
            broker={broker}
            busy={reconnecting.isLoading}
            problem={problem}
            action="Log in"
            onSubmit={login}
          />
        </div>
      )}
      {panel === "funds" && <MoveFunds account={account} onDone={() => setPanel("none")} />}
      {panel === "fees" && <OwnFees account={account} onDone={() => setPanel("none")} />}
      {panel === "disconnect" && (
        <Notice
          tone="warning"
          className="mt-3"
          action={
            <span className="flex gap-2">
              <Button
                look="danger"
                size="sm"
                disabled={disconnecting.isLoading}
                onClick={() => disconnect({ accountId: account.id })}
              >
                Disconnect {account.label}
              </Button>
              <Button size="sm" onClick={() => setPanel("none")}>
                Keep
              </Button>
            </span>
          }
        >
          Its keys and tokens are forgotten here and its numbers leave the portfolio. Nothing changes at the broker.
          {disconnecting.error && <p className="text-loss">{inWords(problemOf(disconnecting.error))}</p>}
        </Notice>
      )}
    </li>
  );
}
