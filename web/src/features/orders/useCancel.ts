// Cancelling an order: one tap, asked for once; a refusal is told, what became of it comes with the order's states.
import { useState } from "react";
import { inWords, type Order, problemOf, useCancelOrderMutation } from "@/api";
import { toast } from "@/components/toasts";
import { useOnline } from "@/lib/hooks";
import { t } from "@/text";

export function useCancel() {
  const [ask] = useCancelOrderMutation();
  const [asked, setAsked] = useState<ReadonlySet<string>>(new Set());
  const online = useOnline();

  async function cancel(order: Order): Promise<boolean> {
    setAsked((before) => new Set(before).add(order.id));
    try {
      await ask({ orderId: order.id }).unwrap();
      return true;
    } catch (problem) {
      toast({
        key: `cancel ${order.id}`,
        tone: "bad",
        title: t("orders:not_cancelled", { symbol: order.symbol }),
        text: inWords(problemOf(problem)),
        to: `/orders/${order.id}`,
        linkLabel: t("orders:open_order"),
      });
      return false;
    } finally {
      setAsked((before) => new Set([...before].filter((id) => id !== order.id)));
    }
  }

  return { cancel, busy: (id: string) => asked.has(id), why: online ? null : t("orders:offline") };
}
