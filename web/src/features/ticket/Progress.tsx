// After sending: Sending, Accepted, At exchange, Filled x of y; or Unknown, with what is being done. A second click cannot send again.
import { Check, LoaderCircle } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { inWords, type Order, useGetOrderQuery } from "@/api";
import { StateWord } from "@/components/badge";
import { Button, buttonLook } from "@/components/button";
import { Notice } from "@/components/surface";
import { ChildBars } from "@/features/orders/ChildBars";
import { isDone, reasonWords, stateOf } from "@/features/orders/status";
import { Receipt } from "@/features/routing/Receipt";
import { haptic } from "@/gestures";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { t } from "@/text";
import { type Mark, stepsOf } from "./steps";
import type { Sending } from "./useSending";

const SLOW_AFTER = 1500;

function Dot({ mark }: { mark: Mark }) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        "grid size-4 shrink-0 place-items-center rounded-full border bg-panel",
        mark === "done" && "border-gain text-gain",
        mark === "now" && "border-accent text-accent",
        mark === "ahead" && "border-edge",
        mark === "failed" && "border-loss bg-loss",
        mark === "unknown" && "striped border-unknown",
      )}
    >
      {mark === "done" && <Check className="size-3" />}
      {mark === "now" && <LoaderCircle className="size-3 motion-safe:animate-spin" />}
    </span>
  );
}

const inks: Record<Mark, string> = {
  done: "text-ink",
  now: "text-ink font-medium",
  ahead: "text-faint",
  failed: "text-loss",
  unknown: "text-unknown",
};

function Steps({ order }: { order: Order | undefined }) {
  return (
    <ol className="grid grid-cols-4" aria-label={t("ticket:progress")}>
      {stepsOf(order).map(({ id, words, mark }, index) => (
        <li key={id} className="relative flex flex-col items-center gap-1.5 text-center">
          {index > 0 && <span aria-hidden="true" className="absolute top-2 right-1/2 h-px w-full bg-edge" />}
          <span className="relative">
            <Dot mark={mark} />
          </span>
          <span className={cx("text-xs", inks[mark])}>{words}</span>
        </li>
      ))}
    </ol>
  );
}

/** A buzz when a broker has taken the order; fills and refusals are felt wherever one is. */
function useFelt(order: Order | undefined): void {
  const felt = useRef(false);
  const taken = order?.status === "OPEN" || order?.status === "TRIGGER_PENDING" || order?.status === "PARTIALLY_FILLED";
  useEffect(() => {
    if (!taken || felt.current) return;
    felt.current = true;
    haptic("accept");
  }, [taken]);
}

const link = cx(buttonLook({ look: "plain", size: "md" }));

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
  useFelt(order);
  const reason = order ? reasonWords(order) : null;
  return (
    <>
      <Steps order={order} />
      {order && (
        <>
          <div role="status" aria-live="polite" className="text-lg font-semibold">
            <StateWord tone={stateOf(order).tone}>{stateOf(order).word}</StateWord>
            {order.average_price && (
              <span className="font-normal text-quiet">
                {" "}
                {t("ticket:at_price", { price: money.price(order.average_price) })}
              </span>
            )}
          </div>
          {reason && (
            <p className={cx("first-letter:uppercase", order.status === "REJECTED" ? "text-loss" : "text-quiet")}>
              {reason}
            </p>
          )}
          {order.status === "SUBMITTING" && <Patience />}
          {order.status === "UNKNOWN" && <p className="text-quiet">{t("ticket:unknown_help")}</p>}
          <ChildBars order={order} />
          <p className="text-quiet">{order.decision.summary}</p>
          <Receipt decision={order.decision} />
        </>
      )}
      <div className="flex flex-wrap gap-2">
        <Link to={`/orders/${id}`} onClick={onClose} className={link}>
          {t("ticket:open_order")}
        </Link>
        <Button onClick={onAgain} disabled={!answered} why={t("ticket:not_answered")}>
          {t("ticket:new_order")}
        </Button>
        <Button look={done ? "primary" : "ghost"} className="ml-auto" onClick={onClose}>
          {done ? t("ticket:done") : t("common:close")}
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
      {slow && t("ticket:patience")}
    </p>
  );
}

interface UnclearProps extends Pick<Props, "onAskAgain" | "onLook" | "onDrop" | "onClose"> {
  looked: boolean;
}

function Unclear({ looked, onAskAgain, onLook, onDrop, onClose }: UnclearProps) {
  return (
    <>
      <div className="striped h-1.5 rounded-full" aria-hidden="true" />
      <p role="alert" className="text-lg font-semibold text-unknown">
        {looked ? t("ticket:not_recorded") : t("ticket:no_answer")}
      </p>
      <p className="text-quiet">{looked ? t("ticket:not_recorded_help") : t("ticket:no_answer_help")}</p>
      <div className="flex flex-wrap gap-2">
        <Button look="primary" onClick={onAskAgain}>
          {t("ticket:ask_again")}
        </Button>
        <Button onClick={onLook}>{t("ticket:look")}</Button>
        <Link to="/orders" onClick={onClose} className={link}>
          {t("ticket:look_in_orders")}
        </Link>
        {looked && (
          <Button look="ghost" className="ml-auto" onClick={onDrop}>
            {t("ticket:let_be")}
          </Button>
        )}
      </div>
    </>
  );
}

interface Props {
  sending: Exclude<Sending, { at: "edit" } | { at: "review" }>;
  onEdit: () => void;
  onAskAgain: () => void;
  onLook: () => void;
  onDrop: () => void;
  onClose: () => void;
}

export function Progress({ sending, onEdit, onClose, ...ask }: Props) {
  const { order } = sending;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-quiet">
        {t("ticket:what", {
          side: t(order.side === "BUY" ? "common:buy" : "common:sell"),
          quantity: money.quantity(order.quantity),
          symbol: order.symbol,
          exchange: order.exchange,
        })}
      </p>
      {sending.at === "sending" && (
        <>
          <Steps order={undefined} />
          <Patience />
        </>
      )}
      {sending.at === "looking" && (
        <>
          <div className="striped h-1.5 rounded-full" aria-hidden="true" />
          <p role="status" className="text-lg font-semibold text-unknown">
            {t("ticket:looking")}
          </p>
          <p className="text-quiet">{t("ticket:looking_help")}</p>
        </>
      )}
      {sending.at === "sent" && <Sent id={sending.id} answered={sending.answered} onAgain={onEdit} onClose={onClose} />}
      {sending.at === "unclear" && <Unclear looked={sending.looked} {...ask} onClose={onClose} />}
      {sending.at === "refused" && (
        <>
          <Notice tone="bad">
            <p className="font-medium">{t("ticket:not_sent", { title: sending.problem.title })}</p>
            <p>{inWords(sending.problem)}</p>
            {sending.problem.reasons?.map((reason) => (
              <p key={`${reason.code} ${reason.account}`} className="text-quiet">
                {reason.message}
              </p>
            ))}
          </Notice>
          <Button className="self-start" onClick={onEdit}>
            {t("ticket:change_order")}
          </Button>
        </>
      )}
    </div>
  );
}
