// What lies behind one order: its parts at the brokers, the receipt of the choice, the timeline.
import type { Order } from "@/api";
import { Charged } from "@/features/charges/Charged";
import { DecisionLine, Receipt } from "@/features/routing/Receipt";
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

export function OrderDetail({ order }: { order: Order }) {
  return (
    <div className="grid gap-x-8 gap-y-5 bg-panel px-4 py-4 lg:grid-cols-2 xl:grid-cols-3">
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
