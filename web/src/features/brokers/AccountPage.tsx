// Everything about one account: its session, health, way out, what it may do, fees, notes, name, and how to part from it.
import "@/text/rooms/brokers";
import { ArrowLeft } from "lucide-react";
import { useEffect, useState } from "react";
import { Link, useLocation, useNavigate, useParams } from "react-router";
import { type Account, type Broker, inWords, problemOf, useListAccountsQuery, useListBrokersQuery } from "@/api";
import { useAskOnPhoneMutation, useDisconnectAccountMutation, useRenameAccountMutation } from "@/api/brokers";
import { BrokerBadge, StateWord } from "@/components/badge";
import { Button } from "@/components/button";
import { Age, Unknown } from "@/components/figures";
import { HoldButton } from "@/components/hold";
import { Part } from "@/components/part";
import { Empty, Notice, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import { OwnFees } from "@/features/charges/OwnFees";
import { dayTime, shortTime } from "@/lib/time";
import { t } from "@/text";
import { ContractNote } from "./ContractNote";
import { CredentialsForm } from "./CredentialsForm";
import { rateText } from "./measures";
import { OneField } from "./OneField";
import { OwnBreaker } from "./OwnBreaker";
import { Postback } from "./Postback";
import { BreakerWord, Expiry, Fact } from "./Session";
import { accountState, adviceFor } from "./state";
import { useLogin } from "./useLogin";
import { WayOut } from "./WayOut";

export function AccountPage() {
  const { id } = useParams();
  const { data: accounts } = useListAccountsQuery(undefined, {
    pollingInterval: 5000,
    refetchOnMountOrArgChange: true,
  });
  const { data: brokers } = useListBrokersQuery();
  if (!accounts) return <Waiting rows={10} />;
  const account = accounts.find((each) => each.id === id);
  if (!account) {
    return (
      <Empty title={t("brokers:account.gone")} action={<Link to="/brokers">{t("brokers:title")}</Link>}>
        {t("brokers:account.gone_words")}
      </Empty>
    );
  }
  return <Parts account={account} broker={brokers?.find((each) => each.broker === account.broker)} />;
}

function Parts({ account, broker }: { account: Account; broker: Broker | undefined }) {
  const advice = adviceFor(account);
  return (
    <div>
      <p className="px-4 pt-3">
        <Link to="/brokers" className="inline-flex items-center gap-1 text-quiet hover:text-ink max-md:min-h-11">
          <ArrowLeft className="size-3.5" aria-hidden="true" /> {t("brokers:account.back")}
        </Link>
      </p>
      <div className="flex min-h-12 items-center gap-3 px-4 pb-3">
        <BrokerBadge broker={account.broker} />
        <h1 className="text-lg font-semibold">{account.label}</h1>
      </div>
      {advice && (
        <Notice tone="warning" className="mx-4 mb-4">
          {advice}
          {account.last_error && <p className="text-xs text-faint">{account.last_error}</p>}
        </Notice>
      )}
      <Session account={account} broker={broker} />
      <Part title={t("brokers:account.health")} about={t("brokers:account.health_about")}>
        <Health account={account} />
        <OwnBreaker account={account} />
      </Part>
      <Part title={t("brokers:account.way_out")} about={t("brokers:account.way_out_about")}>
        <WayOut account={account} />
      </Part>
      <Part title={t("brokers:account.may")} about={t("brokers:account.may_about")}>
        <May account={account} />
      </Part>
      {account.capabilities.features.posts_updates && (
        <Part title={t("brokers:account.postback")} about={t("brokers:account.postback_about")}>
          <Postback account={account} />
        </Part>
      )}
      <Fees account={account} />
      <Part title={t("brokers:account.note")} about={t("brokers:account.note_about")}>
        <ContractNote account={account} />
      </Part>
      <Name account={account} />
      <Leave account={account} />
    </div>
  );
}

function Session({ account, broker }: { account: Account; broker: Broker | undefined }) {
  const { hash } = useLocation();
  const { login, busy, problem } = useLogin(account);
  const [keys, setKeys] = useState(hash === "#login");
  const [ask, asking] = useAskOnPhoneMutation();
  const state = accountState(account);
  useEffect(() => {
    if (hash === "#login") document.getElementById("login")?.scrollIntoView();
  }, [hash]);

  async function start(credentials?: Record<string, string>): Promise<void> {
    const end = await login(credentials);
    setKeys(end === "keys");
  }

  return (
    <Part id="login" title={t("brokers:account.session")} about={t("brokers:account.session_about")}>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3">
        <Fact label={t("brokers:row.state")}>
          <StateWord tone={state.tone}>{state.word}</StateWord>
        </Fact>
        <Fact label={t("brokers:row.session_ends")}>
          <Expiry account={account} />
        </Fact>
        <Fact label={t("brokers:account.client")}>{account.broker_user_id ?? t("brokers:row.not_logged_in")}</Fact>
        <Fact label={t("brokers:account.connected_at")}>
          {account.connected_at ? (
            `${dayTime(account.connected_at)} IST`
          ) : (
            <Unknown reason={t("brokers:row.not_logged_in")} />
          )}
        </Fact>
      </dl>
      {keys && broker ? (
        <CredentialsForm
          broker={broker}
          busy={busy}
          problem={problem}
          action={t("brokers:row.log_in")}
          onSubmit={start}
        />
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button look={account.state === "connected" ? "plain" : "primary"} disabled={busy} onClick={() => start()}>
            {t(account.state === "connected" ? "brokers:row.reconnect" : "brokers:row.log_in")}
          </Button>
          {account.capabilities.features.phone_login && (
            <Button disabled={asking.isLoading} onClick={() => ask({ accountId: account.id })}>
              {t("brokers:account.phone_login")}
            </Button>
          )}
        </div>
      )}
      {asking.data && (
        <Notice tone={asking.data.reaches_us ? "info" : "warning"}>
          {t("brokers:account.phone_asked", { time: shortTime(asking.data.expires_at) })}
          {!asking.data.reaches_us && <p>{t("brokers:account.phone_unheard")}</p>}
        </Notice>
      )}
      {asking.error && <Notice tone="bad">{inWords(problemOf(asking.error))}</Notice>}
    </Part>
  );
}

function Health({ account: { health } }: { account: Account }) {
  if (!health) return <Unknown reason={t("brokers:row.no_session")} />;
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3">
      <Fact label={t("brokers:row.reads")}>
        <BreakerWord state={health.reads} />
        <p className="text-xs text-faint">
          {t(`brokers:breaker_words.${health.reads}` as "brokers:breaker_words.open")}
        </p>
      </Fact>
      <Fact label={t("brokers:row.orders")}>
        <BreakerWord state={health.writes} />
        <p className="text-xs text-faint">
          {t(`brokers:breaker_words.${health.writes}` as "brokers:breaker_words.open")}
        </p>
      </Fact>
      <Fact label={t("brokers:row.last_answer")}>
        {health.last_seen ? (
          <Age at={health.last_seen} fresh={30} />
        ) : (
          <Unknown reason={t("brokers:row.no_answer_yet")} />
        )}
      </Fact>
      <Fact label={t("brokers:account.rejected")} title={t("brokers:account.rejected_about")}>
        {health.reject_rate === null ? (
          <Unknown reason={t("brokers:row.no_order_yet")} />
        ) : (
          rateText(health.reject_rate)
        )}
      </Fact>
    </dl>
  );
}

function May({ account: { allowed } }: { account: Account }) {
  const yesNo = (value: boolean | null) =>
    value === null ? (
      <Unknown reason={t("brokers:account.not_told")} />
    ) : (
      t(value ? "brokers:account.yes" : "brokers:account.no")
    );
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3">
      <Fact label={t("brokers:account.may_prices")}>{yesNo(allowed.market_data)}</Fact>
      <Fact label={t("brokers:account.may_orders")}>{yesNo(allowed.orders)}</Fact>
      <Fact label={t("brokers:account.may_exchanges")}>
        {allowed.exchanges ? allowed.exchanges.join(", ") : <Unknown reason={t("brokers:account.not_told")} />}
      </Fact>
    </dl>
  );
}

function Fees({ account }: { account: Account }) {
  const [open, setOpen] = useState(false);
  return (
    <Part title={t("brokers:account.fees")} about={t("brokers:account.fees_about")}>
      {open ? (
        <OwnFees account={account} onDone={() => setOpen(false)} />
      ) : (
        <Button className="self-start" onClick={() => setOpen(true)}>
          {t("brokers:account.fees_change")}
        </Button>
      )}
    </Part>
  );
}

function Name({ account }: { account: Account }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState(account.label);
  const [rename, renaming] = useRenameAccountMutation();
  return (
    <Part title={t("brokers:account.name")} about={t("brokers:account.name_about")}>
      {open ? (
        <OneField
          label={t("brokers:account.name")}
          text={text}
          onText={setText}
          busy={renaming.isLoading}
          error={renaming.error ? inWords(problemOf(renaming.error)) : null}
          onDone={() => setOpen(false)}
          onSave={async () => {
            const { label } = await rename({ accountId: account.id, renameIn: { label: text.trim() } }).unwrap();
            toast({ tone: "good", title: t("brokers:account.renamed", { name: label }) });
          }}
        />
      ) : (
        <Button className="self-start" onClick={() => setOpen(true)}>
          {t("brokers:account.rename")}
        </Button>
      )}
    </Part>
  );
}

function Leave({ account }: { account: Account }) {
  const navigate = useNavigate();
  const [disconnect, disconnecting] = useDisconnectAccountMutation();
  if (account.state === "disconnected") return null;

  async function leave(): Promise<void> {
    try {
      await disconnect({ accountId: account.id }).unwrap();
      navigate("/brokers");
    } catch (_shownBelow) {
      // The mutation keeps the error.
    }
  }

  return (
    <Part title={t("brokers:account.leave")} about={t("brokers:account.leave_about")}>
      <HoldButton size="md" className="self-start" disabled={disconnecting.isLoading} onConfirm={leave}>
        {t("brokers:account.leave_hold", { account: account.label })}
      </HoldButton>
      {disconnecting.error && <Notice tone="bad">{inWords(problemOf(disconnecting.error))}</Notice>}
    </Part>
  );
}
