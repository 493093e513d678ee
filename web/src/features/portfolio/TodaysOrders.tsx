// Today's orders in a line, and the last few of them.
import { Link } from "react-router";
import { type Order, useListOrdersQuery } from "@/api";
import { SideWord, StateWord } from "@/components/badge";
import { statusOf } from "@/features/orders/status";
import { useClock } from "@/lib/hooks";
import * as money from "@/lib/money";
import { istDay, shortTime } from "@/lib/time";
import { t } from "@/text";

const LAST = 4;
const MOST = 200;

const counts = (orders: readonly Order[]) => ({
  open: orders.filter(({ status }) => !["FILLED", "CANCELLED", "REJECTED", "EXPIRED"].includes(status)).length,
  filled: orders.filter(({ status }) => status === "FILLED").length,
  rejected: orders.filter(({ status }) => status === "REJECTED").length,
});

export function TodaysOrders() {
  const today = useClock((now) => istDay(now));
  const { data } = useListOrdersQuery({ status: "all", from: today, limit: MOST });
  if (!data) return null;
  const { open, filled, rejected } = counts(data.items);
  return (
    <section aria-labelledby="todays-orders" className="border-t border-line pt-3 pb-4">
      <div className="flex items-baseline justify-between gap-3 px-4 pb-1">
        <h2 id="todays-orders" className="text-base font-semibold">
          {t("portfolio:orders.title")}
        </h2>
        <Link to="/orders" className="text-accent underline-offset-2 hover:underline">
          {t("portfolio:orders.all")}
        </Link>
      </div>
      {data.items.length === 0 ? (
        <p className="px-4 text-quiet">{t("portfolio:orders.none")}</p>
      ) : (
        <>
          <p className="px-4 pb-1 text-xs text-quiet">{t("portfolio:orders.counts", { open, filled, rejected })}</p>
          <ul>
            {data.items.slice(0, LAST).map((order) => {
              const { word, tone } = statusOf(order.status);
              return (
                <li key={order.id} className="border-b border-line last:border-0">
                  <Link
                    to={`/orders/${order.id}`}
                    className="flex min-h-(--row) items-center gap-2 px-4 hover:bg-hover max-md:min-h-11"
                  >
                    <span className="w-10 text-xs text-faint">{shortTime(order.created_at)}</span>
                    <SideWord side={order.side} />
                    <span className="min-w-0 flex-1 truncate">
                      {t("portfolio:orders.what", { quantity: money.quantity(order.quantity), symbol: order.symbol })}
                    </span>
                    <StateWord tone={tone}>{word}</StateWord>
                  </Link>
                </li>
              );
            })}
          </ul>
        </>
      )}
    </section>
  );
}
