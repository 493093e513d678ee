// What lies behind one order: its parts at the brokers, the receipt of the choice, the timeline.
import { Copy, RotateCcw } from "lucide-react";
import type { Order } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { Button } from "@/components/button";
import { Notice } from "@/components/surface";
import { toast } from "@/components/toasts";
import { Charged } from "@/features/charges/Charged";
import { Certificate } from "@/features/routing/Certificate";
import { DecisionLine, Receipt } from "@/features/routing/Receipt";
import { openTicket } from "@/features/ticket/state";
import * as money from "@/lib/money";
import { t } from "@/text";
import { ChildBars } from "./ChildBars";
import { Timeline } from "./Timeline";

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="min-w-0">
      <h2 className="mb-2 text-xs text-faint">{title}</h2>
      {children}
    </section>
  );
}

/** While nobody knows whether a part exists: what can be done meanwhile. */
function HedgeOffer({ hedge }: { hedge: NonNullable<Order["hedge"]> }) {
  const dispatch = useAppDispatch();
  const { exchange, symbol, side, quantity, product } = hedge;
  return (
    <Notice
      tone="warning"
      className="lg:col-span-2 xl:col-span-3"
      action={
        <Button
          look={side === "BUY" ? "buy" : "sell"}
          onClick={() => dispatch(openTicket({ symbol: `${exchange}:${symbol}`, side, quantity, product }))}
        >
          {t(side === "BUY" ? "orders:hedge_buy" : "orders:hedge_sell", { quantity: money.quantity(quantity) })}
        </Button>
      }
    >
      {hedge.words}
    </Notice>
  );
}

/** The same order once more, filled into the ticket: nothing is sent before it was looked at. */
export function OrderTools({ order }: { order: Order }) {
  const dispatch = useAppDispatch();
  const { exchange, symbol, side, quantity, product, price, trigger_price, order_type, account } = order;
  const unclear = order.status === "UNKNOWN" || order.children.some((child) => child.status === "UNKNOWN");

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(order.id);
      toast({ key: "copied", tone: "info", title: t("orders:copied"), text: order.id });
    } catch (_refused) {
      toast({ key: "copied", tone: "warning", title: t("orders:not_copied"), text: order.id });
    }
  }

  return (
    <div className="flex flex-wrap gap-2">
      <Button
        size="sm"
        disabled={unclear}
        why={t("orders:again_unknown")}
        onClick={() =>
          dispatch(
            openTicket({
              symbol: `${exchange}:${symbol}`,
              side,
              quantity,
              product,
              orderType: order_type,
              ...(price ? { price } : {}),
              ...(trigger_price ? { trigger: trigger_price } : {}),
              ...(account === "auto" ? {} : { account }),
            }),
          )
        }
      >
        <RotateCcw className="size-3.5" aria-hidden="true" /> {t("orders:again")}
      </Button>
      <Button look="ghost" size="sm" onClick={() => void copy()}>
        <Copy className="size-3.5" aria-hidden="true" /> {t("orders:copy_id")}
      </Button>
    </div>
  );
}

export function OrderDetail({ order }: { order: Order }) {
  const chosenBy =
    order.account === "auto"
      ? t("orders:receipt_auto", { policy: order.decision.policy ?? "" })
      : t("orders:receipt_named");
  return (
    <div className="grid gap-x-8 gap-y-5 py-2 whitespace-normal max-md:bg-panel max-md:px-4 max-md:py-4 lg:grid-cols-2 xl:grid-cols-3">
      {order.hedge && <HedgeOffer hedge={order.hedge} />}
      <Part title={t("orders:parts")}>
        {order.children.length ? <ChildBars order={order} /> : <p className="text-quiet">{t("orders:nothing_sent")}</p>}
        <div className="mt-4">
          <OrderTools order={order} />
        </div>
      </Part>
      <Part title={chosenBy}>
        <div className="flex flex-col gap-2">
          <DecisionLine decision={order.decision} />
          <Receipt decision={order.decision} />
          <Charged order={order} />
          <Certificate decision={order.decision} order={order.id} />
        </div>
      </Part>
      <Part title={t("orders:timeline")}>
        <Timeline order={order} />
      </Part>
    </div>
  );
}
