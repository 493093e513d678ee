// Leaving several parts at once: each is asked for once, under a key of its own that asking again uses too.
import { useRef, useState } from "react";
import {
  inWords,
  type Position,
  type PositionLot,
  placedOf,
  problemOf,
  unanswered,
  useExitPositionMutation,
} from "@/api";
import { newKey } from "@/lib/keys";

export type Exit =
  | { at: "sending" }
  | { at: "sent"; order: string }
  | { at: "refused"; words: string }
  /** No answer: it may have been recorded. Asking again with its key cannot leave twice. */
  | { at: "unclear"; words: string };

export interface Leaving {
  position: Pick<Position, "product">;
  lot: PositionLot;
  quantity: number;
  /** So many and no more, whatever else has come to the part meanwhile. */
  exactly?: boolean;
}

/** Names one part of a position. */
export const partId = ({ position, lot }: Pick<Leaving, "position" | "lot">): string =>
  [lot.account, lot.exchange, lot.symbol, position.product].join(" ");

export function useExits() {
  const [exits, setExits] = useState<Readonly<Record<string, Exit>>>({});
  const keys = useRef(new Map<string, string>());
  const [exit] = useExitPositionMutation();

  async function leave(part: Leaving): Promise<void> {
    const { position, lot, quantity, exactly } = part;
    const set = (next: Exit) => setExits((before) => ({ ...before, [partId(part)]: next }));
    const asked = `${partId(part)} ${quantity}`;
    const key = keys.current.get(asked) ?? newKey();
    keys.current.set(asked, key);
    set({ at: "sending" });
    try {
      const answer = await exit({
        "idempotency-key": key,
        exitIn: {
          account: lot.account,
          exchange: lot.exchange,
          symbol: lot.symbol,
          product: position.product,
          // All of it is said by leaving it out: what traded since it was shown is then included.
          quantity: quantity === Math.abs(lot.quantity) && !exactly ? null : quantity,
        },
      }).unwrap();
      set({ at: "sent", order: placedOf(answer).id });
    } catch (error) {
      const problem = problemOf(error);
      set({ at: unanswered(problem) ? "unclear" : "refused", words: inWords(problem) });
    }
  }

  return { exits, leave: (parts: readonly Leaving[]) => Promise.all(parts.map(leave)) };
}
