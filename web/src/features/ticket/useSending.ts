// The path of one order from review to answer. The key is made once per review and used again for the same review,
// so that asking twice can never order twice. While a broker is slow, the event stream tells of the order first.
// After a reload the order is looked for by its key.
import { useEffect, useRef, useState } from "react";
import {
  inWords,
  type OrderIn,
  type Problem,
  placedOf,
  problemOf,
  unanswered,
  useLazyFindOrderQuery,
  usePlaceOrderMutation,
} from "@/api";
import { toast } from "@/components/toasts";
import { answersTo, onNewOrder } from "@/features/orders/arrivals";
import { t } from "@/text";
import { forgetPending, keepPending, leftBehind, pendingOrder } from "./pending";
import { type Guard, protect, unguard } from "./protection";

const LOOK_EVERY = 1500;
const LOOKS = 4;

export type Sending =
  | { at: "edit" }
  | { at: "review"; order: OrderIn; key: string }
  | { at: "sending"; order: OrderIn; key: string }
  /** Sent and not answered; it is being looked for. `heard`: the order that the stream told of meanwhile. */
  | { at: "looking"; order: OrderIn; key: string; heard?: string }
  /** `looked`: the server answered that nothing is recorded under the key. */
  | { at: "unclear"; order: OrderIn; key: string; looked: boolean }
  | { at: "refused"; order: OrderIn; problem: Problem }
  /** Known by its id; until it is answered nothing else can be sent from here. */
  | { at: "sent"; order: OrderIn; id: string; answered: boolean };

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `web-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** A ticket for the instrument of an order that a reload has left behind begins with looking for that order. */
function atStart(symbol: string): Sending {
  const left = leftBehind();
  const same = left !== null && `${left.order.exchange}:${left.order.symbol}` === symbol;
  return same ? { at: "looking", order: left.order, key: left.key } : { at: "edit" };
}

/** What is sent along in thought: what protects the order once it is known, and whose it is. */
export interface Wanted {
  guard: Guard | null;
  user: string | null;
}

/** What was kept with this key counts: after a reload the form no longer knows it. */
const keptWith = (key: string, wanted: Wanted): Wanted => {
  const kept = pendingOrder();
  return kept?.key === key ? { guard: kept.guard ?? null, user: kept.user ?? wanted.user } : wanted;
};

/** A ticket that was closed meanwhile cannot show what became of its order. */
function tellClosed(order: OrderIn, problem: Problem): void {
  const open = unanswered(problem);
  toast({
    tone: open ? "warning" : "bad",
    title: `${order.symbol}: ${open ? t("ticket:no_answer") : t("ticket:not_sent", { title: problem.title })}`,
    text: open ? undefined : inWords(problem),
    to: "/orders",
    linkLabel: t("ticket:open_orders"),
  });
}

export function useSending(symbol: string, wanted: Wanted) {
  const [state, setState] = useState<Sending>(() => atStart(symbol));
  const [place] = usePlaceOrderMutation();
  const locked = useRef(false);
  const shown = useRef(true);
  useEffect(() => {
    shown.current = true;
    return () => {
      shown.current = false;
    };
  }, []);
  useLooking(state, setState, wanted);

  async function send(order: OrderIn, key: string): Promise<void> {
    if (locked.current) return;
    locked.current = true;
    setState({ at: "sending", order, key });
    const { guard, user } = keptWith(key, wanted);
    keepPending({ key, order, user, guard });
    let heard: string | undefined;
    const stop = onNewOrder((arrived) => {
      if (heard !== undefined || !answersTo(order, arrived)) return;
      heard = arrived.id;
      protect(guard, user, heard);
      setState({ at: "sent", order, id: arrived.id, answered: false });
    });
    try {
      const placed = placedOf(await place({ "idempotency-key": key, orderIn: order }).unwrap());
      forgetPending(key);
      protect(guard, user, placed.id, heard);
      setState({ at: "sent", order, id: placed.id, answered: true });
    } catch (error) {
      const problem = problemOf(error);
      if (!unanswered(problem)) {
        forgetPending(key);
        if (heard !== undefined) unguard(heard);
        setState({ at: "refused", order, problem });
      } else if (heard !== undefined) {
        // One just like it was heard of; only the key says whether it is this one.
        setState({ at: "looking", order, key, heard });
      } else setState({ at: "unclear", order, key, looked: false });
      if (!shown.current) tellClosed(order, problem);
    } finally {
      stop();
      locked.current = false;
    }
  }

  return {
    state,
    edit: () => setState({ at: "edit" }),
    review: (order: OrderIn) => setState({ at: "review", order, key: newKey() }),
    /** Sends what is reviewed, or asks again for what was not answered, with the key it had. */
    send: () => {
      if (state.at === "review" || state.at === "unclear") void send(state.order, state.key);
    },
    /** Sends without the review step. */
    sendAtOnce: (order: OrderIn) => void send(order, newKey()),
    /** Looks whether the order was recorded; sends nothing. */
    look: () => {
      if (state.at === "unclear") setState({ at: "looking", order: state.order, key: state.key });
    },
    /** Not sent, not looked for any more. */
    drop: () => {
      if (state.at === "unclear" || state.at === "looking") forgetPending(state.key);
      setState({ at: "edit" });
    },
  };
}

/** While the state is "looking": asks for the order by its key, some times, since it may still be on its way. */
function useLooking(state: Sending, settle: (next: Sending) => void, wanted: Wanted): void {
  const [find] = useLazyFindOrderQuery();
  const latest = useRef({ settle, wanted });
  latest.current = { settle, wanted };
  const looking = state.at === "looking" ? state : null;
  useEffect(() => {
    if (!looking) return;
    const { key, order, heard } = looking;
    let over = false;
    let wait: ReturnType<typeof setTimeout> | undefined;
    async function look(left: number): Promise<void> {
      const { data, error } = await find({ key }, false);
      if (over) return;
      if (data) {
        const { guard, user } = keptWith(key, latest.current.wanted);
        forgetPending(key);
        protect(guard, user, data.id, heard);
        latest.current.settle({ at: "sent", order, id: data.id, answered: true });
      } else if (left > 1) wait = setTimeout(() => void look(left - 1), LOOK_EVERY);
      else latest.current.settle({ at: "unclear", order, key, looked: problemOf(error).status === 404 });
    }
    void look(LOOKS);
    return () => {
      over = true;
      clearTimeout(wait);
    };
  }, [looking, find]);
}
