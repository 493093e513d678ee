// One order on a page of its own, where toasts and links lead.
import { ChevronLeft } from "lucide-react";
import { Link, useParams } from "react-router";
import { inWords, problemOf, useGetOrderQuery } from "@/api";
import { StateWord, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Notice, Waiting } from "@/components/surface";
import * as money from "@/lib/money";
import { dayTime } from "@/lib/time";
import { t } from "@/text";
import { EditForm } from "./EditOrder";
import { OrderActions } from "./OrderCells";
import { OrderDetail } from "./OrderDetail";
import { priceWords, reasonWords, sideWord, stateOf } from "./status";

export function OrderPage() {
  const { id = "" } = useParams();
  const { data: order, error, refetch } = useGetOrderQuery({ orderId: id }, { refetchOnMountOrArgChange: true });
  if (!order) {
    return error ? (
      <Notice tone="bad" className="m-4" action={<Button onClick={() => refetch()}>{t("common:retry")}</Button>}>
        {inWords(problemOf(error))}
      </Notice>
    ) : (
      <Waiting />
    );
  }
  const { word, tone } = stateOf(order);
  const reason = reasonWords(order);
  return (
    <div data-page-symbol={`${order.exchange}:${order.symbol}`}>
      <div className="flex flex-wrap items-end justify-between gap-4 px-4 pt-3 pb-4">
        <div className="min-w-0">
          <Link to="/orders" className="inline-flex items-center text-xs text-accent hover:underline max-md:min-h-11">
            <ChevronLeft className="size-3.5" aria-hidden="true" /> {t("orders:title")}
          </Link>
          <h1 className="text-xl font-semibold">
            <span className={order.side === "BUY" ? "text-buy-text" : "text-sell-text"}>{sideWord(order.side)}</span>{" "}
            {money.quantity(order.quantity)} {order.symbol} <Tag>{order.exchange}</Tag>
          </h1>
          <p className="text-quiet">
            {[
              priceWords(order),
              order.product,
              order.validity,
              t("orders:at_ist", { time: dayTime(order.created_at) }),
            ].join(" · ")}
          </p>
        </div>
        <div className="flex items-center gap-4 max-md:w-full max-md:flex-col max-md:items-stretch max-md:gap-2">
          <div className="md:text-right">
            <p className="text-base font-medium" role="status">
              <StateWord tone={tone}>{word}</StateWord>
            </p>
            <p className="text-quiet">
              {t("orders:filled_of", {
                filled: money.quantity(order.filled_quantity),
                quantity: money.quantity(order.quantity),
              })}
              {order.average_price && ` ${t("orders:at_price", { price: money.price(order.average_price) })}`}
            </p>
          </div>
          <OrderActions order={order} form="card" />
        </div>
      </div>
      {error && (
        <Notice tone="warning" className="mx-4 mb-3">
          {inWords(problemOf(error))}
        </Notice>
      )}
      {reason && (
        <Notice tone={order.status === "REJECTED" ? "bad" : "info"} className="mx-4 mb-4">
          <p className="first-letter:uppercase">{reason}</p>
        </Notice>
      )}
      <EditForm order={order} />
      <div className="md:px-4">
        <OrderDetail order={order} />
      </div>
    </div>
  );
}
