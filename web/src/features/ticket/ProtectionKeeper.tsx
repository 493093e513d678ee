// Waits for guarded orders to end, then gives their stop and target to the brokers that filled them. Shows nothing but the outcome.
import { useEffect, useRef, useSyncExternalStore } from "react";
import {
  inWords,
  problemOf,
  unanswered,
  useGetMeQuery,
  useGetOrderQuery,
  useGetStockQuery,
  useListAccountsQuery,
  usePlaceConditionalMutation,
} from "@/api";
import { toast } from "@/components/toasts";
import { isDone } from "@/features/orders/status";
import { t } from "@/text";
import { type Guarded, guarded, placingsOf, subscribeGuarded, unguard } from "./protection";

const LOOK_EVERY = 5000;

function Keeper({ one }: { one: Guarded }) {
  const { data: order, error } = useGetOrderQuery({ orderId: one.order }, { pollingInterval: LOOK_EVERY });
  const symbol = order ? `${order.exchange}:${order.symbol}` : "";
  const { data: stock } = useGetStockQuery({ symbol }, { skip: symbol === "" });
  const { data: accounts } = useListAccountsQuery();
  const [place] = usePlaceConditionalMutation();
  const busy = useRef(false);

  useEffect(() => {
    if (error && problemOf(error).status === 404) unguard(one.order);
  }, [error, one.order]);

  useEffect(() => {
    if (!order || !stock || !accounts || !isDone(order.status) || busy.current) return;
    const placings = placingsOf(order, one, accounts, stock.tick);
    const link = { to: "/orders", linkLabel: t("ticket:open_orders") };
    const symbolWords = { symbol: order.symbol };
    async function finish(): Promise<void> {
      for (const { key, label, conditional } of placings) {
        const about = { key, ...link };
        const values = { ...symbolWords, account: label };
        if (!conditional) {
          toast({ tone: "warning", title: t("ticket:guard.not_kept", values), ...about });
          continue;
        }
        try {
          const answer = await place({ "idempotency-key": key, conditionalIn: conditional }).unwrap();
          const text = answer.broker_words ?? undefined;
          // What the broker refused or left open protects nothing, although the request itself was taken.
          if (answer.outcome === "done") toast({ tone: "good", title: t("ticket:guard.placed", values), ...about });
          else if (answer.outcome === "rejected")
            toast({ tone: "bad", title: t("ticket:guard.refused", values), text, ...about });
          else toast({ tone: "warning", title: t("ticket:guard.unclear", values), text, ...about });
        } catch (failure) {
          const problem = problemOf(failure);
          if (unanswered(problem)) {
            // The same key again can never make two of it.
            setTimeout(() => void finish(), LOOK_EVERY);
            return;
          }
          toast({ tone: "bad", title: t("ticket:guard.refused", values), text: inWords(problem), ...about });
        }
      }
      unguard(one.order);
    }
    busy.current = true;
    void finish();
  }, [order, stock, accounts, one, place]);
  return null;
}

export function ProtectionKeeper() {
  const all = useSyncExternalStore(subscribeGuarded, guarded);
  const { data: me } = useGetMeQuery(undefined, { skip: all.length === 0 });
  const mine = all.filter((one) => one.user === me?.id);
  return mine.map((one) => <Keeper key={one.order} one={one} />);
}
