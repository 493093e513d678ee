// What became of one exit: sending, refused in words, unclear with what to do, or its order as it fills.
import { useState } from "react";
import { Link } from "react-router";
import { type Order, useGetOrderQuery } from "@/api";
import { StateWord } from "@/components/badge";
import { Button } from "@/components/button";
import { isDone, reasonWords, stateOf } from "@/features/orders/status";
import * as money from "@/lib/money";
import { t } from "@/text";
import type { Exit } from "./useExits";

const READ_EVERY = 2000; // the stream tells first; this covers a broken one

interface Props {
  exit: Exit;
  onAgain: () => void;
  /** What follows a whole fill, such as the other half of a reversal. */
  then?: (order: Order) => React.ReactNode;
}

export function ExitResult({ exit, onAgain, then }: Props) {
  if (exit.at === "sending") return <StateWord tone="quiet">{t("orders:exits.sending")}</StateWord>;
  if (exit.at === "sent") return <Sent id={exit.order} then={then} />;
  return (
    <div className="flex flex-col items-start gap-1">
      <StateWord tone={exit.at === "refused" ? "bad" : "unknown"}>{t(`orders:exits.${exit.at}`)}</StateWord>
      <p className="text-xs text-quiet">{exit.words}</p>
      <Button size="sm" onClick={onAgain}>
        {exit.at === "refused" ? t("common:retry") : t("orders:exits.ask_again")}
      </Button>
    </div>
  );
}

function Sent({ id, then }: { id: string; then?: (order: Order) => React.ReactNode }) {
  const [ended, setEnded] = useState(false);
  const { data: order } = useGetOrderQuery({ orderId: id }, { pollingInterval: ended ? 0 : READ_EVERY });
  if (order && isDone(order.status) !== ended) setEnded(isDone(order.status));
  if (!order) return <StateWord tone="quiet">{t("orders:exits.sending")}</StateWord>;
  const { word, tone } = stateOf(order);
  const reason = reasonWords(order);
  return (
    <div className="flex flex-col gap-1" role="status">
      <span className="flex flex-wrap items-baseline gap-x-2">
        <StateWord tone={tone}>{word}</StateWord>
        <span className="text-quiet">
          {t("orders:filled_of", {
            filled: money.quantity(order.filled_quantity),
            quantity: money.quantity(order.quantity),
          })}
          {order.average_price && ` ${t("orders:at_price", { price: money.price(order.average_price) })}`}
        </span>
        <Link
          to={`/orders/${order.id}`}
          className="ml-auto inline-flex items-center text-accent underline-offset-2 hover:underline max-md:min-h-11"
        >
          {t("orders:open_order")}
        </Link>
      </span>
      {reason && <p className="text-xs text-quiet first-letter:uppercase">{reason}</p>}
      {order.status === "FILLED" && then?.(order)}
    </div>
  );
}
