// What needs a person now; a quiet line when nothing does.
import { ChevronRight } from "lucide-react";
import { Link } from "react-router";
import { useGetKillSwitchQuery, useListAccountsQuery, useListOrdersQuery } from "@/api";
import { cx } from "@/lib/classes";
import { useClock } from "@/lib/hooks";
import { t } from "@/text";
import { type Concern, concerns } from "./attention";
import type { LiveHolding } from "./valuation";

const dots: Record<Concern["tone"], string> = {
  bad: "bg-loss",
  warning: "bg-warning",
  unknown: "striped striped-fine",
};

export function Attention({ holdings }: { holdings: readonly LiveHolding[] }) {
  const { data: accounts } = useListAccountsQuery();
  const { data: orders } = useListOrdersQuery({ status: "open" });
  const { data: kill } = useGetKillSwitchQuery();
  const minute = useClock((now) => Math.floor(now / 60_000) * 60_000);
  if (!accounts || !orders) return null;
  const list = concerns({ accounts, orders: orders.items, kill, holdings }, minute);
  return (
    <section aria-labelledby="attention" className="border-t border-line pt-3 pb-4">
      <h2 id="attention" className="px-4 pb-1 text-base font-semibold">
        {t("portfolio:attention.title")}{" "}
        {list.length > 0 && <span className="font-normal text-faint">{list.length}</span>}
      </h2>
      {list.length === 0 ? (
        <p className="px-4 text-quiet">{t("portfolio:attention.none")}</p>
      ) : (
        <ul>
          {list.map((concern) => (
            <li key={concern.key} className="border-b border-line last:border-0">
              <Link to={concern.to} className="flex min-h-11 items-center gap-2.5 px-4 py-1.5 hover:bg-hover">
                <span className={cx("size-2 shrink-0 rounded-full", dots[concern.tone])} aria-hidden="true" />
                <span className="min-w-0 flex-1">
                  <span className="block font-medium">{concern.title}</span>
                  <span className="block text-xs text-quiet">{concern.words}</span>
                </span>
                <ChevronRight className="size-4 shrink-0 text-faint" aria-hidden="true" />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
