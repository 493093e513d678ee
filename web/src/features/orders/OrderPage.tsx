// One order on a page of its own, where toasts and links lead.
import { Link, useParams } from "react-router";
import { inWords, problemOf, useCancelOrderMutation, useGetOrderQuery } from "@/api";
import { StateWord, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Notice, Waiting } from "@/components/surface";
import * as money from "@/lib/money";
import { dayTime } from "@/lib/time";
import { OrderDetail } from "./OrderDetail";
import { canCancel, priceWords, reasonWords, stateOf } from "./status";

export function OrderPage() {
  const { id = "" } = useParams();
  const { data: order, error } = useGetOrderQuery({ orderId: id }, { refetchOnMountOrArgChange: true });
  const [cancel, cancelling] = useCancelOrderMutation();
  if (error) {
    return (
      <Notice tone="bad" className="m-4">
        {inWords(problemOf(error))}
      </Notice>
    );
  }
  if (!order) return <Waiting />;
  const { word, tone } = stateOf(order);
  return (
    <div>
      <div className="flex flex-wrap items-end justify-between gap-4 px-4 pt-3 pb-4">
        <div>
          <Link to="/orders" className="inline-flex items-center text-xs text-accent hover:underline max-md:min-h-11">
            Orders
          </Link>
          <h1 className="text-xl font-semibold">
            <span className={order.side === "BUY" ? "text-buy-text" : "text-sell-text"}>
              {order.side === "BUY" ? "Buy" : "Sell"}
            </span>{" "}
            {money.quantity(order.quantity)} {order.symbol} <Tag>{order.exchange}</Tag>
          </h1>
          <p className="text-quiet">
            {priceWords(order)} · {order.product} · {order.validity} · {dayTime(order.created_at)} IST
          </p>
        </div>
        <div className="flex items-center gap-4 max-md:w-full max-md:flex-row max-md:justify-between">
          <div className="md:text-right">
            <p className="text-base font-medium" role="status">
              <StateWord tone={tone}>{word}</StateWord>
            </p>
            <p className="text-quiet">
              {money.quantity(order.filled_quantity)} / {money.quantity(order.quantity)}
              {order.average_price && ` at ${money.price(order.average_price)}`}
            </p>
          </div>
          {canCancel(order) && (
            <Button look="danger" disabled={cancelling.isLoading} onClick={() => cancel({ orderId: order.id })}>
              Cancel
            </Button>
          )}
        </div>
      </div>
      {(reasonWords(order) || cancelling.error) && (
        <Notice tone={order.status === "REJECTED" || cancelling.error ? "bad" : "info"} className="mx-4 mb-4">
          <p className="first-letter:uppercase">
            {cancelling.error ? inWords(problemOf(cancelling.error)) : reasonWords(order)}
          </p>
        </Notice>
      )}
      <OrderDetail order={order} />
    </div>
  );
}
