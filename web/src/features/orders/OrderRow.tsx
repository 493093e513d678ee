// One order in the book, as a table row on the desk and as two lines on the phone.
import { ChevronRight } from "lucide-react";
import type { Order } from "@/api";
import { BrokerBadge, SideWord, StateWord, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Unknown } from "@/components/figures";
import { Cell } from "@/components/table";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { dayTime, timeOfDay } from "@/lib/time";
import { OrderDetail } from "./OrderDetail";
import { canCancel, priceWords, reasonWords, stateOf } from "./status";

interface Props {
  order: Order;
  open: boolean;
  onToggle: () => void;
  onCancel: () => void;
}

const brokersOf = (order: Order): string[] => [...new Set(order.children.map((child) => child.broker))];

const ago = (at: string) => (Date.now() - Date.parse(at) > 18 * 3_600_000 ? dayTime(at) : timeOfDay(at));

export function OrderRow({
  order,
  open,
  chosen,
  onChoose,
  onToggle,
  onCancel,
}: Props & { chosen: boolean; onChoose: () => void }) {
  const { word, tone } = stateOf(order);
  const reason = reasonWords(order);
  return (
    <>
      <tr
        data-row
        data-symbol={`${order.exchange}:${order.symbol}`}
        tabIndex={0}
        onKeyDown={(event) => event.target === event.currentTarget && event.key === "Enter" && onToggle()}
        className={cx("border-b border-line hover:bg-hover focus-visible:bg-hover", open && "bg-panel")}
      >
        <td className="h-9 pl-3">
          {canCancel(order) && (
            <input
              type="checkbox"
              className="accent-(--accent)"
              aria-label={`Choose ${order.side} ${order.symbol}`}
              checked={chosen}
              onChange={onChoose}
            />
          )}
        </td>
        <Cell left className="text-quiet">
          {ago(order.created_at)}
        </Cell>
        <Cell left>
          <SideWord side={order.side} />
        </Cell>
        <Cell left>
          <button
            type="button"
            aria-expanded={open}
            aria-label={`${order.symbol}: ${open ? "fold" : "show"} parts, receipt and timeline`}
            onClick={onToggle}
            className="flex items-center gap-1.5 font-medium"
          >
            <ChevronRight className={cx("size-3.5 text-faint", open && "rotate-90")} aria-hidden="true" />
            {order.symbol} <Tag>{order.exchange}</Tag>
          </button>
        </Cell>
        <Cell left className="text-quiet">
          {priceWords(order)}{" "}
          <span className="max-lg:hidden">
            <Tag>{order.product}</Tag>
          </span>
        </Cell>
        <Cell>
          {money.quantity(order.filled_quantity)} <span className="text-faint">/ {money.quantity(order.quantity)}</span>
        </Cell>
        <Cell className="max-lg:hidden">
          {order.average_price ? money.price(order.average_price) : <Unknown reason="nothing filled yet" />}
        </Cell>
        <Cell left>
          <span className="flex gap-0.5">
            {brokersOf(order).map((broker) => (
              <BrokerBadge key={broker} broker={broker} />
            ))}
          </span>
        </Cell>
        <Cell left className="w-[36%] max-w-0 min-w-36">
          <span className="flex items-baseline gap-2">
            <StateWord tone={tone}>{word}</StateWord>
            {reason && (
              <span className="min-w-0 truncate text-xs text-quiet first-letter:uppercase" title={reason}>
                {reason}
              </span>
            )}
          </span>
        </Cell>
        <Cell className="pr-3">
          {canCancel(order) && (
            <Button size="sm" aria-label={`Cancel ${order.side} ${order.symbol}`} onClick={onCancel}>
              Cancel
            </Button>
          )}
        </Cell>
      </tr>
      {open && (
        <tr className="border-b border-line">
          <td colSpan={10} className="p-0">
            <OrderDetail order={order} />
          </td>
        </tr>
      )}
    </>
  );
}

export function PhoneOrder({ order, open, onToggle, onCancel }: Props) {
  const { word, tone } = stateOf(order);
  const reason = reasonWords(order);
  return (
    <li className="border-b border-line">
      <button
        type="button"
        aria-expanded={open}
        onClick={onToggle}
        className="flex min-h-16 w-full items-center justify-between gap-3 px-4 py-2 text-left"
      >
        <span className="min-w-0">
          <span className="flex items-center gap-1.5 text-base">
            <SideWord side={order.side} />{" "}
            <span className={cx("font-medium", order.symbol.length > 10 ? "truncate" : "shrink-0")}>
              {order.symbol}
            </span>
            {brokersOf(order).map((broker) => (
              <BrokerBadge key={broker} broker={broker} />
            ))}
          </span>
          <span className="block text-xs text-faint">
            {ago(order.created_at)} · {priceWords(order)} · {order.product}
          </span>
          {reason && !open && (
            <span className="block truncate text-xs text-quiet first-letter:uppercase">{reason}</span>
          )}
        </span>
        <span className="shrink-0 text-right">
          <StateWord tone={tone}>{word}</StateWord>
          <span className="block text-xs text-quiet">
            {money.quantity(order.filled_quantity)} / {money.quantity(order.quantity)}
            {order.average_price && ` at ${money.price(order.average_price)}`}
          </span>
        </span>
      </button>
      {open && (
        <>
          {reason && <p className="px-4 pb-2 text-quiet first-letter:uppercase">{reason}</p>}
          {canCancel(order) && (
            <div className="px-4 pb-3">
              <Button look="danger" className="w-full" onClick={onCancel}>
                Cancel order
              </Button>
            </div>
          )}
          <OrderDetail order={order} />
        </>
      )}
    </li>
  );
}
