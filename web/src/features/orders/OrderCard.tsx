// One order on the phone: two lines, a tap opens it, a long press chooses it.
import type { Order } from "@/api";
import { BrokerBadge, SideWord, StateWord } from "@/components/badge";
import { useLongPress } from "@/gestures";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { timeOfDay } from "@/lib/time";
import { t } from "@/text";
import { EditForm } from "./EditOrder";
import { brokersOf, nameOf, OrderActions } from "./OrderCells";
import { OrderDetail } from "./OrderDetail";
import { canCancel, priceWords, reasonWords, stateOf } from "./status";

interface Props {
  order: Order;
  open: boolean;
  onToggle: () => void;
  /** While several are being chosen a tap chooses; `undefined` outside of that. */
  chosen: boolean | undefined;
  onChoose: () => void;
}

export function OrderCard({ order, open, onToggle, chosen, onChoose }: Props) {
  const { word, tone } = stateOf(order);
  const reason = reasonWords(order);
  const press = useLongPress(onChoose);
  const choosing = chosen !== undefined;
  return (
    <>
      <div {...press} className={cx("flex items-center", chosen && "bg-hover")}>
        {choosing && (
          <input
            type="checkbox"
            className="ml-4 size-5 shrink-0 accent-(--accent)"
            aria-label={t("common:grid.choose", { name: nameOf(order) })}
            checked={chosen}
            onChange={onChoose}
          />
        )}
        <button
          type="button"
          aria-expanded={choosing ? undefined : open}
          onClick={choosing ? onChoose : onToggle}
          className="flex min-h-16 min-w-0 flex-1 items-center justify-between gap-3 px-4 py-2 text-left select-none"
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
            <span className="block truncate text-xs text-faint">
              {[timeOfDay(order.created_at), priceWords(order), order.product].join(" · ")}
            </span>
            {reason && !open && (
              <span className="block truncate text-xs text-quiet first-letter:uppercase">{reason}</span>
            )}
          </span>
          <span className="shrink-0 text-right">
            <StateWord tone={tone}>{word}</StateWord>
            <span className="block text-xs text-quiet">
              {t("orders:filled_of", {
                filled: money.quantity(order.filled_quantity),
                quantity: money.quantity(order.quantity),
              })}
              {order.average_price && ` ${t("orders:at_price", { price: money.price(order.average_price) })}`}
            </span>
          </span>
        </button>
      </div>
      {open && !choosing && (
        <>
          {reason && <p className="px-4 pb-2 text-quiet first-letter:uppercase">{reason}</p>}
          {canCancel(order) && (
            <div className="px-4 pb-3">
              <OrderActions order={order} form="card" />
            </div>
          )}
          <EditForm order={order} />
          <OrderDetail order={order} />
        </>
      )}
    </>
  );
}
