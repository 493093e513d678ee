// What stands in the columns of the order book. Cells of a row that is being changed become fields; nothing else moves.
import { Pencil, X } from "lucide-react";
import type { Order } from "@/api";
import { BrokerBadge, SideWord, StateWord, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Unknown } from "@/components/figures";
import type { Column } from "@/components/grid";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { timeOfDay } from "@/lib/time";
import { t } from "@/text";
import { EditBar, EditButtons, EditField } from "./EditOrder";
import { fieldsOf, lockedBy } from "./editing";
import { leaveEdit, startEdit, useEdit } from "./editor";
import { canCancel, isDone, reasonWords, sideWord, stateOf } from "./status";
import { useCancel } from "./useCancel";

export const brokersOf = (order: Order): string[] => [...new Set(order.children.map((child) => child.broker))];

export const nameOf = (order: Order): string => `${order.side} ${order.symbol}`;

/** How much is filled, as a line below the number; striped while a part is unknown. */
function FillLine({ order }: { order: Order }) {
  if (isDone(order.status) || order.quantity === 0) return null;
  return (
    <span aria-hidden="true" className="relative mt-px block h-[3px] overflow-hidden rounded-full bg-pressed">
      {order.status === "UNKNOWN" && <span className="striped striped-fine absolute inset-0" />}
      <span
        className="absolute inset-y-0 left-0 bg-accent transition-[width] duration-150"
        style={{ width: `${Math.min(100, (order.filled_quantity / order.quantity) * 100)}%` }}
      />
    </span>
  );
}

export function Filled({ order }: { order: Order }) {
  const editing = useEdit(order) !== null && fieldsOf(order).includes("quantity");
  if (editing) return <EditField order={order} field="quantity" />;
  return (
    <span className="inline-block min-w-16">
      {money.quantity(order.filled_quantity)}{" "}
      <span className="text-faint">{`/ ${money.quantity(order.quantity)}`}</span>
      <FillLine order={order} />
    </span>
  );
}

function Price({ order }: { order: Order }) {
  const editing = useEdit(order) !== null;
  const fields = editing ? fieldsOf(order) : [];
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className="text-quiet">{order.order_type}</span>
      {fields.includes("price") ? (
        <EditField order={order} field="price" />
      ) : (
        order.price && <span>{money.price(order.price)}</span>
      )}
      {fields.includes("trigger") ? (
        <EditField order={order} field="trigger" />
      ) : (
        order.trigger_price && (
          <span className="text-quiet">{t("orders:trigger", { price: money.price(order.trigger_price) })}</span>
        )
      )}
    </span>
  );
}

function State({ order }: { order: Order }) {
  const editing = useEdit(order) !== null;
  const { word, tone } = stateOf(order);
  const reason = reasonWords(order);
  if (editing) return <EditBar order={order} className="max-w-[52ch] min-w-36" />;
  return (
    <span className="flex max-w-[52ch] min-w-36 items-baseline gap-2">
      <StateWord tone={tone}>{word}</StateWord>
      {reason && (
        <span
          className="line-clamp-1 min-w-0 text-xs break-all whitespace-normal text-quiet first-letter:uppercase"
          title={reason}
        >
          {reason}
        </span>
      )}
    </span>
  );
}

export function OrderActions({ order, form = "row" }: { order: Order; form?: "row" | "card" }) {
  const editing = useEdit(order) !== null;
  const { cancel, busy, why } = useCancel();
  const locked = lockedBy(order);
  const card = form === "card";
  if (!canCancel(order)) return null;
  const name = nameOf(order);
  if (editing && !card) {
    return (
      <span className="inline-flex items-center gap-1">
        <EditButtons order={order} />
      </span>
    );
  }
  return (
    <span className={cx("inline-flex items-center gap-1", card && "flex w-full gap-2")}>
      <Button
        size={card ? "md" : "sm"}
        look={card ? "plain" : "ghost"}
        className={card ? "flex-1" : ""}
        aria-pressed={editing}
        aria-label={t("orders:change_of", { name })}
        title={locked ?? t("orders:change")}
        disabled={locked !== null && !editing}
        why={locked}
        onClick={() => (editing ? leaveEdit() : startEdit(order))}
      >
        {card ? t("orders:change") : <Pencil className="size-3.5" aria-hidden="true" />}
      </Button>
      <Button
        size={card ? "md" : "sm"}
        look={card ? "danger" : "plain"}
        className={card ? "flex-1" : ""}
        aria-label={t("orders:cancel_of", { name })}
        disabled={busy(order.id) || why !== null}
        why={why}
        onClick={() => void cancel(order)}
      >
        {card ? t("orders:cancel_order") : <X className="size-3.5" aria-hidden="true" />}
        {!card && <span className="max-xl:sr-only">{t("common:cancel")}</span>}
      </Button>
    </span>
  );
}

export const columns: readonly Column<Order>[] = [
  {
    key: "instrument",
    label: t("orders:col.instrument"),
    left: true,
    cell: (order) => (
      <span className="flex items-center gap-1.5">
        <span className="w-9">
          <SideWord side={order.side} />
        </span>
        <span className="font-medium">{order.symbol}</span> <Tag>{order.exchange}</Tag>
      </span>
    ),
    sort: (order) => order.symbol,
    csv: (order) => `${order.exchange}:${order.symbol}`,
  },
  {
    key: "side",
    label: t("orders:col.side"),
    left: true,
    hidden: true,
    cell: (order) => sideWord(order.side),
    sort: (order) => order.side,
  },
  {
    key: "time",
    label: t("orders:col.time"),
    left: true,
    cell: (order) => <span className="text-quiet">{timeOfDay(order.created_at)}</span>,
    sort: (order) => order.created_at,
  },
  {
    key: "price",
    label: t("orders:col.price"),
    left: true,
    cell: (order) => <Price order={order} />,
    sort: (order) => money.parse(order.price ?? order.trigger_price),
    csv: (order) => [order.order_type, order.price, order.trigger_price].filter(Boolean).join(" "),
  },
  {
    key: "product",
    label: t("orders:col.product"),
    left: true,
    from: "lg",
    cell: (order) => <Tag title={t(`orders:product.${order.product}`)}>{order.product}</Tag>,
    sort: (order) => order.product,
  },
  {
    key: "filled",
    label: t("orders:col.filled"),
    cell: (order) => <Filled order={order} />,
    sort: (order) => order.quantity,
    csv: (order) => `${order.filled_quantity}/${order.quantity}`,
  },
  {
    key: "average",
    label: t("orders:col.average"),
    title: t("orders:col.average_long"),
    from: "lg",
    cell: (order) =>
      order.average_price ? money.price(order.average_price) : <Unknown reason={t("orders:nothing_filled")} />,
    sort: (order) => money.parse(order.average_price),
  },
  {
    key: "brokers",
    label: t("orders:col.brokers"),
    left: true,
    cell: (order) => (
      <span className="flex gap-0.5">
        {brokersOf(order).map((broker) => (
          <BrokerBadge key={broker} broker={broker} />
        ))}
      </span>
    ),
    sort: (order) => brokersOf(order).join(" "),
  },
  {
    key: "status",
    label: t("orders:col.status"),
    left: true,
    cell: (order) => <State order={order} />,
    sort: (order) => stateOf(order).word,
    csv: (order) => [stateOf(order).word, reasonWords(order)].filter(Boolean).join(": "),
  },
  {
    key: "actions",
    label: t("orders:col.actions"),
    cell: (order) => <OrderActions order={order} />,
  },
];
