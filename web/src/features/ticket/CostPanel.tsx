// What the order would need and cost: margin by broker, charges, and the move that earns them.
import { skipToken } from "@reduxjs/toolkit/query";
import { type Decision, type OrderIn, type Preview, useGetPortfolioQuery } from "@/api";
import { useCompareChargesQuery } from "@/api/brokers";
import { BrokerBadge } from "@/components/badge";
import { Amount, Unknown } from "@/components/figures";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { t } from "@/text";
import { breakEven, marginAt } from "./cost";
import { opposite } from "./draft";

export function Margins({ decision, only }: { decision: Decision | undefined; only?: string | null }) {
  const { data } = useGetPortfolioQuery();
  const lines = data?.funds.filter((line) => !only || line.account === only) ?? [];
  if (lines.length === 0) return null;
  const heading = "text-right font-normal";
  return (
    <table className="w-full text-xs" aria-label={t("ticket:margin_by_broker")}>
      <thead>
        <tr className="text-faint">
          <th scope="col" className="h-6 text-left font-normal">
            {t("ticket:margin")}
          </th>
          <th scope="col" className={heading}>
            {t("ticket:required")}
          </th>
          <th scope="col" className={heading}>
            {t("ticket:available")}
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => {
          const { needs, used } = marginAt(decision, line.account);
          const free = money.parse(line.margin_available);
          const short = needs !== null && free !== null && needs > free;
          return (
            <tr key={line.account} className={cx("border-t border-line", line.stale && "text-stale")}>
              <th scope="row" className="h-7 text-left font-normal">
                <span className="flex items-center gap-1.5">
                  <BrokerBadge broker={line.broker} stale={line.stale} />
                  <span className="truncate">{line.label}</span>
                </span>
              </th>
              <td className={cx("text-right", short ? "text-loss" : !used && "text-faint")}>
                {needs === null ? <Unknown reason={t("ticket:margin_unknown")} /> : <Amount value={needs} />}
                {short && <span className="sr-only"> {t("ticket:too_much")}</span>}
              </td>
              <td className="text-right">
                <Amount value={line.margin_available} reason={t("ticket:no_answer_of_broker")} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** How far the price must move to have paid for going in and out again, a unit. */
export function BreakEven({ preview, order }: { preview: Preview; order: OrderIn }) {
  const value = money.parse(preview.notional);
  const price = value === null ? null : money.per(value, order.quantity);
  const { data: out } = useCompareChargesQuery(
    price !== null && price > 0n && preview.decision.kind === "plan"
      ? {
          exchange: order.exchange,
          symbol: order.symbol,
          side: opposite(order.side),
          product: order.product,
          quantity: order.quantity,
          price: money.toWire(price, 4),
        }
      : skipToken,
  );
  const move = breakEven(preview.decision, out, order.quantity);
  return (
    <span title={t("ticket:break_even_help")}>
      {t("ticket:break_even")}{" "}
      {move === null ? (
        <Unknown reason={t("ticket:break_even_unknown")} />
      ) : (
        t("ticket:a_unit", { amount: money.rupees(move) })
      )}
    </span>
  );
}
