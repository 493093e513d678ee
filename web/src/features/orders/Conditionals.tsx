// Triggers that the brokers keep themselves (GTT), read from them at this moment; what could not be read is named.
import { Plus } from "lucide-react";
import { useState } from "react";
import { type Conditional, inWords, problemOf, useListAccountsQuery, useListConditionalsQuery } from "@/api";
import { BrokerBadge, SideWord, StateWord, Tag, type Tone } from "@/components/badge";
import { Button } from "@/components/button";
import { Unknown } from "@/components/figures";
import { type Column, Grid } from "@/components/grid";
import { Empty, Notice, Waiting } from "@/components/surface";
import { PriceCell } from "@/features/market/PriceCell";
import { useOnline } from "@/lib/hooks";
import * as money from "@/lib/money";
import { dayTime } from "@/lib/time";
import { hasText, t } from "@/text";
import { nameOf } from "./conditionals";
import { wordOf } from "./status";
import { TriggerActions } from "./TriggerActions";
import { TriggerSheet } from "./TriggerSheet";

const tones: Record<Conditional["status"], Tone> = {
  ACTIVE: "accent",
  TRIGGERED: "good",
  COMPLETED: "good",
  CANCELLED: "quiet",
  REJECTED: "bad",
  EXPIRED: "quiet",
  DISABLED: "warning",
  UNRECOGNISED: "unknown",
};

const idOf = (one: Conditional): string => `${one.account} ${one.id}`;
const symbolOf = (one: Conditional): string | null =>
  one.exchange && one.symbol ? `${one.exchange}:${one.symbol}` : null;

/** The broker's own word where we have none for its state. */
const stateWord = (one: Conditional): string =>
  hasText(`orders:conditional.${one.status}`) ? wordOf("conditional", one.status) : one.broker_words;

function legWords(leg: Conditional["legs"][number]): string {
  const what = leg.price ? `${leg.order_type} ${money.price(leg.price)}` : leg.order_type;
  return t("orders:gtt.leg", { trigger: money.price(leg.trigger_price), what });
}

function Legs({ one }: { one: Conditional }) {
  if (one.legs.length === 0) return <Unknown reason={t("orders:row_does_not_say")} />;
  return (
    <span className="inline-flex flex-wrap gap-x-3">
      {one.legs.map((leg, at) => (
        <span key={leg.trigger_price}>
          {one.kind === "oco" && (
            <span className="text-faint">{t(at === 0 ? "orders:gtt.target" : "orders:gtt.stop")} </span>
          )}
          {legWords(leg)}
        </span>
      ))}
    </span>
  );
}

function Detail({ one }: { one: Conditional }) {
  return (
    <dl className="grid max-w-2xl grid-cols-[auto_1fr] gap-x-4 gap-y-1 py-1 whitespace-normal">
      <dt className="text-faint">{t("orders:gtt.broker_words")}</dt>
      <dd>{[one.broker_words, one.message].filter(Boolean).join(": ") || "—"}</dd>
      <dt className="text-faint">{t("orders:gtt.number_at_broker")}</dt>
      <dd>{one.id}</dd>
      <dt className="text-faint">{t("orders:gtt.made")}</dt>
      <dd>{t("orders:at_ist", { time: dayTime(one.created_at) })}</dd>
      <dt className="text-faint">{t("orders:gtt.until")}</dt>
      <dd>{t("orders:at_ist", { time: dayTime(one.expires_at) })}</dd>
      {one.fired_order_ids.length > 0 && (
        <>
          <dt className="text-faint">{t("orders:gtt.fired")}</dt>
          <dd>{one.fired_order_ids.join(", ")}</dd>
        </>
      )}
    </dl>
  );
}

const columns: readonly Column<Conditional>[] = [
  {
    key: "instrument",
    label: t("orders:col.instrument"),
    left: true,
    cell: (one) => (
      <span className="flex items-center gap-1.5">
        {one.side && <SideWord side={one.side} />}
        <span className="font-medium">{nameOf(one)}</span> {one.exchange && <Tag>{one.exchange}</Tag>}
      </span>
    ),
    sort: (one) => nameOf(one),
  },
  {
    key: "broker",
    label: t("orders:account"),
    left: true,
    cell: (one) => <BrokerBadge broker={one.broker} named />,
    sort: (one) => one.account_label,
  },
  {
    key: "triggers",
    label: t("orders:gtt.triggers"),
    left: true,
    cell: (one) => <Legs one={one} />,
    csv: (one) => one.legs.map(legWords).join(" | "),
  },
  {
    key: "quantity",
    label: t("orders:edit.quantity"),
    cell: (one) => money.quantity(one.legs[0]?.quantity),
    sort: (one) => one.legs[0]?.quantity ?? null,
  },
  {
    key: "price",
    label: t("orders:gtt.last_price"),
    cell: (one) => {
      const symbol = symbolOf(one);
      return symbol ? <PriceCell symbol={symbol} /> : <Unknown reason={t("orders:row_does_not_say")} />;
    },
  },
  {
    key: "status",
    label: t("orders:col.status"),
    left: true,
    cell: (one) => (
      <span className="flex items-baseline gap-2">
        <StateWord tone={tones[one.status] ?? "unknown"}>{stateWord(one)}</StateWord>
        {one.message && (
          <span className="max-w-60 truncate text-xs text-quiet" title={one.message}>
            {one.message}
          </span>
        )}
      </span>
    ),
    sort: (one) => stateWord(one),
  },
  { key: "actions", label: t("orders:col.actions"), cell: (one) => <TriggerActions one={one} /> },
];

function Card({ one, open, toggle }: { one: Conditional; open: boolean; toggle: () => void }) {
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        onClick={toggle}
        className="flex min-h-16 w-full items-center justify-between gap-3 px-4 py-2 text-left"
      >
        <span className="min-w-0">
          <span className="flex items-center gap-1.5 text-base">
            {one.side && <SideWord side={one.side} />}
            <span className="truncate font-medium">{nameOf(one)}</span>
            <BrokerBadge broker={one.broker} />
          </span>
          <span className="block text-xs text-faint">
            <Legs one={one} />
          </span>
        </span>
        <span className="shrink-0 text-right">
          <StateWord tone={tones[one.status] ?? "unknown"}>{stateWord(one)}</StateWord>
          <span className="block text-xs text-quiet">{money.quantity(one.legs[0]?.quantity)}</span>
        </span>
      </button>
      {open && (
        <div className="flex flex-col gap-3 bg-panel px-4 py-3">
          <Detail one={one} />
          <TriggerActions one={one} form="card" />
        </div>
      )}
    </>
  );
}

export function Conditionals() {
  const { data, error, refetch } = useListConditionalsQuery(undefined, {
    pollingInterval: 30_000,
    skipPollingIfUnfocused: true,
    refetchOnMountOrArgChange: true,
  });
  const { data: accounts } = useListAccountsQuery();
  const [making, setMaking] = useState(false);
  const online = useOnline();
  const labelOf = (id: string) => accounts?.find((account) => account.id === id)?.label ?? id;
  const make = (
    <Button size="sm" disabled={!online} why={t("orders:offline")} onClick={() => setMaking(true)}>
      <Plus className="size-3.5" aria-hidden="true" /> {t("orders:gtt.new")}
    </Button>
  );
  return (
    <div className="pt-2">
      {error && (
        <Notice tone="warning" className="mx-4 mb-2" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {data?.unread.map(({ account, account_label, reason }) => (
        <Notice key={account} tone="warning" className="mx-4 mb-2">
          {t("orders:gtt.not_all_here", { account: account_label, reason })}
        </Notice>
      ))}
      {data?.unclear.map((request) => (
        <Notice key={request.id} tone="warning" className="mx-4 mb-2">
          {t("orders:gtt.unclear", { account: labelOf(request.account), time: dayTime(request.asked_at) })}
        </Notice>
      ))}
      <Grid
        id="triggers"
        label={t("orders:gtt.table")}
        columns={columns}
        rows={data?.items ?? []}
        rowId={idOf}
        name={nameOf}
        symbol={symbolOf}
        expand={(one) => <Detail one={one} />}
        find={(one) => [nameOf(one), one.account_label, stateWord(one)].join(" ")}
        tools={make}
        card={(one, opened) => <Card one={one} {...opened} />}
        empty={
          !data && !error ? (
            <Waiting />
          ) : (
            <Empty title={t("orders:empty.gtt.title")}>{t("orders:empty.gtt.text")}</Empty>
          )
        }
      />
      {making && <TriggerSheet onClose={() => setMaking(false)} />}
    </div>
  );
}
