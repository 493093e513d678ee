// What lies behind one order: its parts at the brokers, the receipt of the choice, the timeline.
import { useDispatch } from "react-redux";
import type { Order } from "@/api";
import { Button } from "@/components/button";
import { Notice } from "@/components/surface";
import { Charged } from "@/features/charges/Charged";
import { DecisionLine, Receipt } from "@/features/routing/Receipt";
import { openTicket } from "@/features/ticket/state";
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
  const dispatch = useDispatch();
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
          Hedge: {side.toLowerCase()} {quantity}
        </Button>
      }
    >
      {hedge.words}
    </Notice>
  );
}

export function OrderDetail({ order }: { order: Order }) {
  return (
    <div className="grid gap-x-8 gap-y-5 bg-panel px-4 py-4 lg:grid-cols-2 xl:grid-cols-3">
      {order.hedge && <HedgeOffer hedge={order.hedge} />}
      <Part title="Parts by broker">
        {order.children.length ? (
          <ChildBars orders={order.children} />
        ) : (
          <p className="text-quiet">Nothing was sent.</p>
        )}
      </Part>
      <Part
        title={`Routing receipt · ${order.account === "auto" ? `auto, ${order.decision.policy}` : "chosen broker"}`}
      >
        <div className="flex flex-col gap-2">
          <DecisionLine decision={order.decision} />
          <Receipt decision={order.decision} />
          <Charged order={order} />
          <p className="text-2xs text-faint" title="The same inputs always give the same decision">
            decision {order.decision.hash.slice(0, 12)}
          </p>
        </div>
      </Part>
      <Part title="Timeline (IST)">
        <Timeline order={order} />
      </Part>
    </div>
  );
}
