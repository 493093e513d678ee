// The path of one order from review to answer. The key is made once per review and used again for the same review,
// so that asking twice can never order twice. While a broker is slow, the event stream tells of the order first.
// After a reload the order is looked for by its key.
import { useEffect, useRef, useState } from "react";
import { type OrderIn, type Problem, problemOf, unanswered, useLazyFindOrderQuery, usePlaceOrderMutation } from "@/api";
import { answersTo, onNewOrder } from "@/features/orders/arrivals";
import { forgetPending, keepPending, leftBehind } from "./pending";

const LOOK_EVERY = 1500;
const LOOKS = 4;

export type Sending =
  | { at: "edit" }
  | { at: "review"; order: OrderIn; key: string }
  | { at: "sending"; order: OrderIn; key: string }
  /** Sent before the page was loaded again; it is being looked for. */
  | { at: "looking"; order: OrderIn; key: string }
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
  return same ? { at: "looking", ...left } : { at: "edit" };
}

export function useSending(symbol: string) {
  const [state, setState] = useState<Sending>(() => atStart(symbol));
  const [place] = usePlaceOrderMutation();
  const locked = useRef(false);
  useLooking(state, setState);

  async function send(order: OrderIn, key: string): Promise<void> {
    if (locked.current) return;
    locked.current = true;
    setState({ at: "sending", order, key });
    keepPending({ key, order });
    let heard: string | null = null;
    const stop = onNewOrder((arrived) => {
      if (heard !== null || !answersTo(order, arrived)) return;
      heard = arrived.id;
      setState({ at: "sent", order, id: arrived.id, answered: false });
    });
    try {
      const placed = await place({ "idempotency-key": key, orderIn: order }).unwrap();
      forgetPending(key);
      setState({ at: "sent", order, id: placed.id, answered: true });
    } catch (error) {
      const problem = problemOf(error);
      if (heard !== null || !unanswered(problem)) forgetPending(key);
      if (!unanswered(problem)) setState({ at: "refused", order, problem });
      else if (heard !== null) setState({ at: "sent", order, id: heard, answered: true });
      else setState({ at: "unclear", order, key, looked: false });
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
function useLooking(state: Sending, settle: (next: Sending) => void): void {
  const [find] = useLazyFindOrderQuery();
  const latest = useRef(settle);
  latest.current = settle;
  const looking = state.at === "looking" ? state : null;
  useEffect(() => {
    if (!looking) return;
    const { key, order } = looking;
    let over = false;
    let wait: ReturnType<typeof setTimeout> | undefined;
    async function look(left: number): Promise<void> {
      const { data, error } = await find({ key }, false);
      if (over) return;
      if (data) {
        forgetPending(key);
        latest.current({ at: "sent", order, id: data.id, answered: true });
      } else if (left > 1) wait = setTimeout(() => void look(left - 1), LOOK_EVERY);
      else latest.current({ at: "unclear", order, key, looked: problemOf(error).status === 404 });
    }
    void look(LOOKS);
    return () => {
      over = true;
      clearTimeout(wait);
    };
  }, [looking, find]);
}
