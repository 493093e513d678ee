// What can be done with several orders at once: cancel them, or leave what they bought or sold. Many are confirmed, each by name.
import { useState } from "react";
import { type Order, useGetOrderQuery, useGetPortfolioQuery } from "@/api";
import { BrokerBadge, SideWord, StateWord } from "@/components/badge";
import { Button } from "@/components/button";
import { Sheet } from "@/components/sheet";
import { ExitResult } from "@/features/exits/ExitResult";
import { leavingSide } from "@/features/exits/exits";
import { type Exit, partId, useExits } from "@/features/exits/useExits";
import { useOnline } from "@/lib/hooks";
import * as money from "@/lib/money";
import { t } from "@/text";
import { brokersOf } from "./OrderCells";
import { type SquareLine, squareLines } from "./squareOff";
import { canCancel, priceWords, stateOf } from "./status";
import { useCancel } from "./useCancel";

type Asking = { what: "cancel"; orders: readonly Order[] } | { what: "square"; lines: readonly SquareLine[] };

/** Stays while its sheet is open: orders that were cancelled leave the list below it. */
export function ChosenBar({ orders, onDone }: { orders: readonly Order[]; onDone: () => void }) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const { data: portfolio } = useGetPortfolioQuery();
  const { cancel, why } = useCancel();
  const cancellable = orders.filter(canCancel);
  const lines = portfolio ? squareLines(orders, portfolio) : [];
  const close = () => {
    setAsking(null);
    onDone();
  };

  function cancelThem(): void {
    const [only] = cancellable;
    if (cancellable.length > 1) setAsking({ what: "cancel", orders: cancellable });
    else if (only) {
      void cancel(only);
      onDone();
    }
  }

  return (
    <>
      {orders.length > 0 && (
        <section
          aria-label={t("orders:chosen_orders")}
          className="sticky bottom-0 z-20 flex flex-wrap items-center gap-2 border-t border-line bg-panel px-4 py-2 max-md:bottom-[calc(56px+env(safe-area-inset-bottom))]"
        >
          <span role="status" className="flex-1 font-medium">
            {t("orders:chosen", { count: orders.length })}
          </span>
          <Button
            look="danger"
            disabled={cancellable.length === 0 || why !== null}
            why={why ?? t("orders:none_open")}
            onClick={cancelThem}
          >
            {t("orders:cancel_count", { count: cancellable.length })}
          </Button>
          <Button
            disabled={lines.length === 0 || why !== null}
            why={why ?? t("orders:square.nothing")}
            onClick={() => setAsking({ what: "square", lines })}
          >
            {t("orders:square.action", { count: lines.length })}
          </Button>
          <Button look="ghost" onClick={onDone}>
            {t("orders:clear")}
          </Button>
        </section>
      )}
      {asking?.what === "cancel" && <CancelSheet orders={asking.orders} onClose={close} />}
      {asking?.what === "square" && <SquareSheet lines={asking.lines} onClose={close} />}
    </>
  );
}

function CancelSheet({ orders, onClose }: { orders: readonly Order[]; onClose: () => void }) {
  const [sent, setSent] = useState(false);
  const { cancel } = useCancel();
  const online = useOnline();
  return (
    <Sheet
      open
      onClose={onClose}
      title={t("orders:cancel_title", { count: orders.length })}
      footer={
        <div className="flex gap-2">
          {!sent && (
            <Button
              look="danger"
              size="lg"
              className="flex-1"
              disabled={!online}
              why={t("orders:offline")}
              onClick={() => {
                setSent(true);
                for (const order of orders) void cancel(order);
              }}
            >
              {t("orders:cancel_yes", { count: orders.length })}
            </Button>
          )}
          <Button size="lg" className={sent ? "flex-1" : ""} onClick={onClose}>
            {sent ? t("common:close") : t("orders:keep")}
          </Button>
        </div>
      }
    >
      <ul aria-label={t("orders:chosen_orders")} className="px-4">
        {orders.map((order) => (
          <CancelLine key={order.id} order={order} />
        ))}
      </ul>
    </Sheet>
  );
}

function CancelLine({ order: first }: { order: Order }) {
  const { data: order = first } = useGetOrderQuery({ orderId: first.id });
  const { word, tone } = stateOf(order);
  return (
    <li className="flex min-h-11 flex-wrap items-center gap-x-2 border-b border-line py-1.5 last:border-0">
      <SideWord side={order.side} />
      <span className="font-medium">{order.symbol}</span>
      <span className="text-quiet">{`${money.quantity(order.pending_quantity)} · ${priceWords(order)}`}</span>
      <span className="flex gap-0.5">
        {brokersOf(order).map((broker) => (
          <BrokerBadge key={broker} broker={broker} />
        ))}
      </span>
      <span className="ml-auto">
        <StateWord tone={tone}>{word}</StateWord>
      </span>
    </li>
  );
}

function SquareSheet({ lines, onClose }: { lines: readonly SquareLine[]; onClose: () => void }) {
  const { exits, leave } = useExits();
  const online = useOnline();
  const sent = Object.keys(exits).length > 0;
  return (
    <Sheet
      open
      onClose={onClose}
      title={t("orders:square.title")}
      footer={
        <div className="flex gap-2">
          {!sent && (
            <Button
              look="danger"
              size="lg"
              className="flex-1"
              disabled={!online}
              why={t("orders:offline")}
              onClick={() => void leave(lines)}
            >
              {t("orders:square.yes", { count: lines.length })}
            </Button>
          )}
          <Button size="lg" className={sent ? "flex-1" : ""} onClick={onClose}>
            {sent ? t("common:close") : t("orders:keep")}
          </Button>
        </div>
      }
    >
      <div className="px-4 py-2">
        <p className="py-1 text-quiet">{t("orders:square.about")}</p>
        <ul aria-label={t("orders:square.lines")}>
          {lines.map((line) => (
            <SquareRow key={partId(line)} line={line} exit={exits[partId(line)]} onAgain={() => void leave([line])} />
          ))}
        </ul>
      </div>
    </Sheet>
  );
}

function SquareRow({ line, exit, onAgain }: { line: SquareLine; exit: Exit | undefined; onAgain: () => void }) {
  const { position, lot, quantity } = line;
  return (
    <li className="flex flex-col gap-1 border-b border-line py-2 last:border-0">
      <span className="flex items-center gap-2">
        <SideWord side={leavingSide(lot.quantity)} />
        <span className="font-medium">{position.symbol}</span>
        <span className="text-quiet">{`${money.quantity(quantity)} · ${position.product}`}</span>
        <span className="ml-auto flex items-center gap-1">
          <BrokerBadge broker={lot.broker} /> {lot.label}
        </span>
      </span>
      {exit && <ExitResult exit={exit} onAgain={onAgain} />}
    </li>
  );
}
