// The split as bars: one per broker and slice, filling live; an unknown one is striped and says what is being done.
import type { ChildOrder, Order } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { BrokerBadge, StateWord } from "@/components/badge";
import { Button } from "@/components/button";
import { openTicket } from "@/features/ticket/state";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { t } from "@/text";
import { LookForPart } from "./LookForPart";
import { isDone, priceWords, reasonWords, statusOf } from "./status";

const fills: Record<string, string> = {
  FILLED: "bg-gain",
  REJECTED: "bg-loss",
};

function Bar({ child }: { child: ChildOrder }) {
  const share = child.quantity > 0 ? Math.min(100, (child.filled_quantity / child.quantity) * 100) : 0;
  const unknown = child.status === "UNKNOWN";
  return (
    <div
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={child.quantity}
      aria-valuenow={child.filled_quantity}
      aria-label={t("orders:filled_at", { account: child.account_label })}
      aria-valuetext={t("orders:filled_of", {
        filled: money.quantity(child.filled_quantity),
        quantity: money.quantity(child.quantity),
      })}
      className="relative h-1.5 overflow-hidden rounded-full bg-pressed"
    >
      {unknown && <span className="striped absolute inset-0" />}
      <span
        className={cx("absolute inset-y-0 left-0 transition-[width] duration-150", fills[child.status] ?? "bg-accent")}
        style={{ width: `${share}%` }}
      />
    </div>
  );
}

/** True while its own price is worth a word: what can still trade. */
const own = (child: ChildOrder): boolean => !isDone(child.status) && child.order_type !== "MARKET";

/** What a broker made more than once, and the way out of what is filled too much. Nothing is sent before it was looked at. */
function Surplus({ order, child }: { order: Order; child: ChildOrder }) {
  const dispatch = useAppDispatch();
  const { exchange, symbol, product } = order;
  const side = order.side === "BUY" ? "SELL" : "BUY";
  const quantity = child.filled_quantity - child.quantity;
  const numbers = child.duplicate_broker_order_ids;
  return (
    <>
      <p role="alert" className="mt-1 text-xs text-loss">
        {[
          t("orders:surplus", { count: child.surplus_quantity, shown: money.quantity(child.surplus_quantity) }),
          ...(numbers.length > 0 ? [t("orders:surplus_orders", { numbers: numbers.join(", ") })] : []),
          t("orders:surplus_about"),
        ].join(" ")}
      </p>
      {quantity > 0 && (
        <Button
          size="sm"
          className="mt-1.5"
          onClick={() =>
            dispatch(openTicket({ symbol: `${exchange}:${symbol}`, side, quantity, product, account: child.account }))
          }
        >
          {t(side === "BUY" ? "orders:surplus_buy" : "orders:surplus_sell", { quantity: money.quantity(quantity) })}
        </Button>
      )}
    </>
  );
}

export function ChildBars({ order }: { order: Order }) {
  return (
    <ul aria-label={t("orders:parts")} className="flex flex-col gap-3">
      {order.children.map((child) => {
        const { word, tone } = statusOf(child.status);
        return (
          <li key={child.id}>
            <div className="mb-1 flex flex-wrap items-center gap-x-3 gap-y-0.5">
              <BrokerBadge broker={child.broker} named />
              <StateWord tone={tone}>{word}</StateWord>
              {own(child) && <span className="text-xs text-quiet">{priceWords(child)}</span>}
              {child.broker_order_id && (
                <span className="text-xs text-faint" title={t("orders:broker_number")}>
                  {child.broker_order_id}
                </span>
              )}
              <span className="ml-auto">
                {t("orders:filled_of", {
                  filled: money.quantity(child.filled_quantity),
                  quantity: money.quantity(child.quantity),
                })}
                {child.average_price && (
                  <span className="text-quiet">
                    {" "}
                    {t("orders:at_price", { price: money.price(child.average_price) })}
                  </span>
                )}
              </span>
            </div>
            <Bar child={child} />
            {child.status === "UNKNOWN" && (
              <>
                <p className="mt-1 text-xs text-unknown">{t("orders:unknown_about", { tag: child.tag })}</p>
                <LookForPart orderId={order.id} child={child} />
              </>
            )}
            {child.changing && <p className="mt-1 text-xs text-unknown">{t("orders:changing_about")}</p>}
            {child.surplus_quantity > 0 && <Surplus order={order} child={child} />}
            {reasonWords(child) && child.status !== "UNKNOWN" && (
              <p
                className={cx(
                  "mt-1 text-xs first-letter:uppercase",
                  child.status === "REJECTED" ? "text-loss" : "text-quiet",
                )}
              >
                {reasonWords(child)}
              </p>
            )}
          </li>
        );
      })}
    </ul>
  );
}
