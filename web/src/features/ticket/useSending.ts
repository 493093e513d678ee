// The path of one order from review to answer. The key is made once per review and used again for the same review,
// so that asking twice can never order twice. While a broker is slow, the event stream tells of the order first.
import { useRef, useState } from "react";
import { type OrderIn, type Problem, problemOf, unanswered, usePlaceOrderMutation } from "@/api";
import { answersTo, onNewOrder } from "@/features/orders/arrivals";

export type Sending =
  | { at: "edit" }
  | { at: "review"; order: OrderIn; key: string }
  | { at: "sending"; order: OrderIn; key: string }
  | { at: "unclear"; order: OrderIn; key: string }
  | { at: "refused"; order: OrderIn; problem: Problem }
  /** Known by its id; until it is answered nothing else can be sent from here. */
  | { at: "sent"; order: OrderIn; id: string; answered: boolean };

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `web-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export function useSending() {
  const [state, setState] = useState<Sending>({ at: "edit" });
  const [place] = usePlaceOrderMutation();
  const locked = useRef(false);

  async function send(order: OrderIn, key: string): Promise<void> {
    if (locked.current) return;
    locked.current = true;
    setState({ at: "sending", order, key });
    let heard: string | null = null;
    const stop = onNewOrder((arrived) => {
      if (heard !== null || !answersTo(order, arrived)) return;
      heard = arrived.id;
      setState({ at: "sent", order, id: arrived.id, answered: false });
    });
    try {
      const placed = await place({ "idempotency-key": key, orderIn: order }).unwrap();
      setState({ at: "sent", order, id: placed.id, answered: true });
    } catch (error) {
      const problem = problemOf(error);
      if (!unanswered(problem)) setState({ at: "refused", order, problem });
      else if (heard !== null) setState({ at: "sent", order, id: heard, answered: true });
      else setState({ at: "unclear", order, key });
    } finally {
      stop();
      locked.current = false;
    }
  }

  return {
    state,
    edit: () => setState({ at: "edit" }),
    review: (order: OrderIn) => setState({ at: "review", order, key: newKey() }),
    send: () => {
      if (state.at === "review" || state.at === "unclear") void send(state.order, state.key);
    },
  };
}
