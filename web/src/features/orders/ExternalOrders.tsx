// Orders placed past us, in a broker's own app or by another program, as the brokers' books show them now.
import { useState } from "react";
import {
  type ExternalOrder,
  inWords,
  problemOf,
  useCancelExternalOrderMutation,
  useListExternalOrdersQuery,
} from "@/api";
import { BrokerBadge, SideWord, StateWord, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Unknown } from "@/components/figures";
import { Empty, Notice, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import * as money from "@/lib/money";
import { dayTime } from "@/lib/time";
import { t } from "@/text";
import { externalState } from "./status";

const grid =
  "grid gap-x-4 gap-y-1 px-4 py-2 md:grid-cols-[130px_70px_minmax(140px,1.2fr)_minmax(150px,1fr)_110px_minmax(140px,1.4fr)_110px] md:items-center";

function terms(order: ExternalOrder): string {
  const at = order.price ? money.price(order.price) : order.order_type === "MARKET" ? t("orders:market") : null;
  const trigger = order.trigger_price ? t("orders:trigger", { price: money.price(order.trigger_price) }) : null;
  return [at, trigger].filter(Boolean).join(" · ") || (order.order_type ?? t("orders:type_unknown"));
}

function Row({ order }: { order: ExternalOrder }) {
  const [asking, setAsking] = useState(false);
  const [cancel, cancelling] = useCancelExternalOrderMutation();
  const { word, tone } = externalState(order);
  const name = order.symbol ?? t("orders:order_number", { number: order.broker_order_id });

  async function send(): Promise<void> {
    setAsking(false);
    try {
      await cancel({ account: order.account, brokerOrderId: order.broker_order_id }).unwrap();
    } catch (problem) {
      toast({ tone: "bad", title: t("orders:not_cancelled", { symbol: name }), text: inWords(problemOf(problem)) });
    }
  }

  return (
    <li className={`border-b border-line ${grid}`}>
      <span className="flex items-center gap-2 text-quiet">
        <BrokerBadge broker={order.broker} /> {dayTime(order.at)}
      </span>
      <span>{order.side ? <SideWord side={order.side} /> : <Unknown reason={t("orders:row_does_not_say")} />}</span>
      <span className="flex items-center gap-1.5 font-medium">
        {name} {order.exchange && <Tag>{order.exchange}</Tag>}
      </span>
      <span className="text-quiet">
        {terms(order)} {order.product && <Tag>{order.product}</Tag>}
      </span>
      <span className="md:text-right">
        {money.quantity(order.filled_quantity)}{" "}
        <span className="text-faint">{`/ ${money.quantity(order.quantity)}`}</span>
      </span>
      <span className="flex min-w-0 items-baseline gap-2">
        <StateWord tone={tone}>{word}</StateWord>
        {order.message && (
          <span className="min-w-0 truncate text-xs text-quiet" title={order.message}>
            {order.message}
          </span>
        )}
      </span>
      <span className="md:text-right">
        {order.live &&
          (asking ? (
            <span className="inline-flex gap-1">
              <Button look="danger" size="sm" onClick={send}>
                {t("orders:cancel_it")}
              </Button>
              <Button size="sm" onClick={() => setAsking(false)}>
                {t("orders:keep")}
              </Button>
            </span>
          ) : (
            <Button
              size="sm"
              disabled={cancelling.isLoading}
              aria-label={t("orders:cancel_at", { name, account: order.account_label })}
              onClick={() => setAsking(true)}
            >
              {t("common:cancel")}
            </Button>
          ))}
      </span>
    </li>
  );
}

export function ExternalOrders() {
  const { data, error } = useListExternalOrdersQuery(undefined, {
    pollingInterval: 20_000,
    skipPollingIfUnfocused: true,
    refetchOnMountOrArgChange: true,
  });
  if (error) {
    return (
      <Notice tone="warning" className="mx-4 mb-3">
        {inWords(problemOf(error))}
      </Notice>
    );
  }
  if (!data) return <Waiting />;
  return (
    <>
      {data.missing.map(({ account, account_label, reason }) => (
        <Notice key={account} tone="warning" className="mx-4 mb-2">
          {t("orders:not_all_here", { account: account_label, reason })}
        </Notice>
      ))}
      {data.items.length === 0 ? (
        <Empty title={t("orders:empty.external.title")}>{t("orders:empty.external.text")}</Empty>
      ) : (
        <ul aria-label={t("orders:external_table")} className="border-t border-line">
          {data.items.map((order) => (
            <Row key={`${order.account} ${order.broker_order_id}`} order={order} />
          ))}
        </ul>
      )}
    </>
  );
}
