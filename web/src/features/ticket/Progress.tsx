// After sending: Sending, Accepted, Filled x of y; or Unknown, with what is being done. A second click cannot send again.
import { Check, LoaderCircle } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { inWords, type Order, useGetOrderQuery } from "@/api";
import { StateWord } from "@/components/badge";
import { Button } from "@/components/button";
import { Notice } from "@/components/surface";
import { ChildBars } from "@/features/orders/ChildBars";
import { isDone, reasonWords, stateOf } from "@/features/orders/status";
import { Receipt } from "@/features/routing/Receipt";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import type { Sending } from "./useSending";

const SLOW_AFTER = 1500;

type Mark = "done" | "now" | "ahead" | "unknown";

function Steps({ order }: { order: Order | undefined }) {
  const onItsWay = !order || order.status === "SUBMITTING";
  const sent: Mark = onItsWay ? "now" : "done";
  const accepted: Mark =
    onItsWay || order.status === "REJECTED" ? "ahead" : order.status === "UNKNOWN" ? "unknown" : "done";
  const filled: Mark = order?.status === "FILLED" ? "done" : order && order.filled_quantity > 0 ? "now" : "ahead";
  const steps: [string, Mark][] = [
    [onItsWay ? "Sending" : "Sent", sent],
    [accepted === "unknown" ? "Unknown — checking" : "Accepted", accepted],
    [order ? `Filled ${money.quantity(order.filled_quantity)} / ${money.quantity(order.quantity)}` : "Filled", filled],
  ];
  return (
    <ol className="flex items-center gap-2" aria-label="Progress">
      {steps.map(([label, mark], index) => (
        <li key={label} className="flex min-w-0 items-center gap-2">
          {index > 0 && <span aria-hidden="true" className="h-px w-5 bg-edge" />}
          <span
            aria-hidden="true"
            className={cx(
              "grid size-4 shrink-0 place-items-center rounded-full border",
              mark === "done" && "border-gain text-gain",
              mark === "now" && "border-accent text-accent",
              mark === "ahead" && "border-edge",
              mark === "unknown" && "striped border-unknown",
            )}
          >
            {mark === "done" && <Check className="size-3" />}
            {mark === "now" && <LoaderCircle className="size-3 motion-safe:animate-spin" />}
          </span>
          <span
            className={cx("whitespace-nowrap", mark === "ahead" && "text-faint", mark === "unknown" && "text-unknown")}
          >
            {label}
          </span>
        </li>
      ))}
    </ol>
  );
}

interface SentProps {
  id: string;
  answered: boolean;
  onAgain: () => void;
  onClose: () => void;
}

function Sent({ id, answered, onAgain, onClose }: SentProps) {
  // The stream brings the changes; reading every two seconds covers a broken stream, until nothing can change.
  const [done, setDone] = useState(false);
  const { data: order } = useGetOrderQuery({ orderId: id }, { pollingInterval: done ? 0 : 2000 });
  const ended = order ? isDone(order.status) : false;
  useEffect(() => setDone(ended), [ended]);
  return (
    <>
      <Steps order={order} />
      {order && (
        <>
          <div role="status" aria-live="polite" className="text-lg font-semibold">
            <StateWord tone={stateOf(order).tone}>{stateOf(order).word}</StateWord>
            {order.average_price && (
              <span className="font-normal text-quiet"> at {money.price(order.average_price)}</span>
            )}
          </div>
          {reasonWords(order) && (
            <p className={cx("first-letter:uppercase", order.status === "REJECTED" ? "text-loss" : "text-quiet")}>
              {reasonWords(order)}
            </p>
          )}
          {order.status === "SUBMITTING" && <Patience />}
          <ChildBars orders={order.children} />
          <p className="text-quiet">{order.decision.summary}</p>
          <Receipt decision={order.decision} />
        </>
      )}
      <div className="flex flex-wrap gap-2">
        <Link
          to={`/orders/${id}`}
          onClick={onClose}
          className="inline-flex h-8 items-center rounded-md border border-edge px-3 font-medium hover:bg-hover max-md:h-11"
        >
          Open order
        </Link>
        <Button onClick={onAgain} disabled={!answered} why="This order has not been answered yet">
          New order
        </Button>
        <Button look={done ? "primary" : "ghost"} className="ml-auto" onClick={onClose}>
          {done ? "Done" : "Close"}
        </Button>
      </div>
    </>
  );
}

/** A slow broker is explained while one waits, so that nobody orders again. */
function Patience() {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const wait = setTimeout(() => setSlow(true), SLOW_AFTER);
    return () => clearTimeout(wait);
  }, []);
  return (
    <p aria-live="polite" className="min-h-[18px] text-quiet">
      {slow &&
        "Sent, waiting for the broker's answer. It is sent only once; you may close this, the order list follows it."}
    </p>
  );
}

interface Props {
  sending: Exclude<Sending, { at: "edit" } | { at: "review" }>;
  onEdit: () => void;
  onAskAgain: () => void;
  onClose: () => void;
}

export function Progress({ sending, onEdit, onAskAgain, onClose }: Props) {
  const { order } = sending;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-quiet">
        {order.side === "BUY" ? "Buy" : "Sell"} {money.quantity(order.quantity)} {order.symbol} {order.exchange}
      </p>
      {sending.at === "sending" && (
        <>
          <Steps order={undefined} />
          <Patience />
        </>
      )}
      {sending.at === "sent" && <Sent id={sending.id} answered={sending.answered} onAgain={onEdit} onClose={onClose} />}
      {sending.at === "unclear" && (
        <>
          <div className="striped h-1.5 rounded-full" />
          <p role="alert" className="text-lg font-semibold text-unknown">
            Unknown — no answer from TradeMaster
          </p>
          <p className="text-quiet">
            The order may or may not have been recorded. Asking again uses the same key, so it can never become two
            orders; the order list shows what was recorded.
          </p>
          <div className="flex gap-2">
            <Button look="primary" onClick={onAskAgain}>
              Ask again, same order
            </Button>
            <Link
              to="/orders"
              onClick={onClose}
              className="inline-flex h-8 items-center rounded-md border border-edge px-3 font-medium hover:bg-hover max-md:h-11"
            >
              Look in orders
            </Link>
          </div>
        </>
      )}
      {sending.at === "refused" && (
        <>
          <Notice tone="bad">
            <p className="font-medium">Not sent: {sending.problem.title}</p>
            <p>{inWords(sending.problem)}</p>
            {sending.problem.reasons?.map((reason) => (
              <p key={`${reason.code} ${reason.account}`} className="text-quiet">
                {reason.message}
              </p>
            ))}
          </Notice>
          <Button className="self-start" onClick={onEdit}>
            Change the order
          </Button>
        </>
      )}
    </div>
  );
}
