// The order book over all brokers: open and executed, each row opening into its parts, receipt and timeline.
import { useState } from "react";
import { inWords, type Order, problemOf, useCancelOrderMutation, useListOrdersQuery } from "@/api";
import { Button } from "@/components/button";
import { Segmented } from "@/components/field";
import { Empty, Notice, PageHead, Waiting } from "@/components/surface";
import { moveBetweenRows } from "@/components/table";
import { toast } from "@/components/toasts";
import { cx } from "@/lib/classes";
import { usePhone } from "@/lib/hooks";
import { ExportButton } from "./ExportButton";
import { ExternalOrders } from "./ExternalOrders";
import { OrderRow, PhoneOrder } from "./OrderRow";
import { canCancel } from "./status";

type Own = "open" | "done" | "all";
type Tab = Own | "external";
const tabs = [
  { value: "all", label: "All" },
  { value: "open", label: "Open" },
  { value: "done", label: "Executed" },
  { value: "external", label: "External", title: "Placed in a broker's own app or by another program" },
] as const;

const emptyWords: Record<Own, [string, string]> = {
  all: ["No orders yet", "Press B on any row, or find an instrument with /."],
  open: ["Nothing is open", "Orders waiting at a broker appear here."],
  done: ["Nothing has ended yet", "Filled, cancelled and rejected orders appear here."],
};

export function OrdersPage() {
  const [tab, setTab] = useState<Tab>("all");
  const [open, setOpen] = useState<string | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const phone = usePhone();
  const { data, currentData, error, refetch } = useListOrdersQuery(
    { status: tab === "external" ? "all" : tab, limit: 100 },
    {
      pollingInterval: 20_000,
      skipPollingIfUnfocused: true,
      refetchOnMountOrArgChange: true,
      skip: tab === "external",
    },
  );
  const [cancel] = useCancelOrderMutation();
  const orders = (currentData ?? data)?.items ?? [];
  const cancellable = orders.filter((order) => chosen.has(order.id) && canCancel(order));

  async function cancelOne(order: Order): Promise<void> {
    try {
      await cancel({ orderId: order.id }).unwrap();
    } catch (problem) {
      toast({ tone: "bad", title: `${order.symbol}: cancel not accepted`, text: inWords(problemOf(problem)) });
    }
  }

  async function cancelChosen(): Promise<void> {
    setAsking(false);
    setChosen(new Set());
    await Promise.all(cancellable.map(cancelOne));
  }

  const toggle = (id: string) => setOpen((before) => (before === id ? null : id));
  const choose = (id: string) =>
    setChosen((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });

  return (
    <div>
      <PageHead title="Orders">
        {cancellable.length > 0 &&
          (asking ? (
            <>
              <span>Cancel {cancellable.length} orders?</span>
              <Button look="danger" onClick={cancelChosen}>
                Yes, cancel them
              </Button>
              <Button onClick={() => setAsking(false)}>Keep</Button>
            </>
          ) : (
            <Button look="danger" onClick={() => (cancellable.length > 1 ? setAsking(true) : void cancelChosen())}>
              Cancel {cancellable.length}
            </Button>
          ))}
        <ExportButton table="orders" title="Orders CSV" />
        <ExportButton table="trades" title="Trades CSV" />
        <Segmented label="Which orders" hideLabel value={tab} choices={tabs} onChange={setTab} />
      </PageHead>
      {error && tab !== "external" && (
        <Notice tone="warning" className="mx-4 mb-3" action={<Button onClick={refetch}>Try again</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {tab === "external" ? (
        <ExternalOrders />
      ) : !data && !error ? (
        <Waiting />
      ) : orders.length === 0 ? (
        <Empty title={emptyWords[tab][0]}>{emptyWords[tab][1]}</Empty>
      ) : phone ? (
        <ul aria-label="Orders">
          {orders.map((order) => (
            <PhoneOrder
              key={order.id}
              order={order}
              open={open === order.id}
              onToggle={() => toggle(order.id)}
              onCancel={() => cancelOne(order)}
            />
          ))}
        </ul>
      ) : (
        <table className="w-full border-collapse" aria-label="Orders, times in IST" onKeyDown={moveBetweenRows}>
          <thead className="border-b border-line text-xs text-faint">
            <tr>
              <th scope="col" className="w-8">
                <span className="sr-only">Choose</span>
              </th>
              {["Time (IST)", "Side", "Instrument", "Type"].map((label) => (
                <th key={label} scope="col" className="h-8 px-2 text-left whitespace-nowrap">
                  {label}
                </th>
              ))}
              {["Filled / Qty", "Avg price"].map((label) => (
                <th
                  key={label}
                  scope="col"
                  className={cx("px-2 text-right whitespace-nowrap", label === "Avg price" && "max-lg:hidden")}
                >
                  {label}
                </th>
              ))}
              {["Brokers", "Status"].map((label) => (
                <th key={label} scope="col" className="px-2 text-left">
                  {label}
                </th>
              ))}
              <th scope="col">
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {orders.map((order) => (
              <OrderRow
                key={order.id}
                order={order}
                open={open === order.id}
                chosen={chosen.has(order.id)}
                onChoose={() => choose(order.id)}
                onToggle={() => toggle(order.id)}
                onCancel={() => cancelOne(order)}
              />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
