// The last look before sending: each leg with its broker, what it costs and what protects it, and one action that sends once.
import { type Decision, type OrderIn, type Preview, useListAccountsQuery } from "@/api";
import { BrokerBadge } from "@/components/badge";
import { Amount } from "@/components/figures";
import { priceWords } from "@/features/orders/status";
import { DecisionLine, Receipt } from "@/features/routing/Receipt";
import * as money from "@/lib/money";
import { Trans, t } from "@/text";
import { Nudges } from "./Nudges";
import type { Nudge } from "./nudges";
import type { Guard } from "./protection";

function Legs({ decision }: { decision: Decision }) {
  const { data } = useListAccountsQuery();
  return (
    <table className="w-full" aria-label={t("ticket:legs_sent")}>
      <thead className="sr-only">
        <tr>
          <th scope="col">{t("ticket:broker")}</th>
          <th scope="col">{t("ticket:quantity")}</th>
          <th scope="col">{t("ticket:charges")}</th>
          <th scope="col">{t("ticket:margin")}</th>
        </tr>
      </thead>
      <tbody>
        {decision.plan?.map((leg, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: slices of one account are alike, and their order is theirs
          <tr key={`${leg.account} ${index}`} className="border-b border-line">
            <td className="h-9">
              <span className="flex items-center gap-2">
                <BrokerBadge broker={leg.broker} />
                {data?.find((account) => account.id === leg.account)?.label ?? leg.account_label}
              </span>
            </td>
            <td className="text-right font-medium">{money.quantity(leg.quantity)}</td>
            <td className="text-right text-quiet">
              <Trans k="ticket:leg_charges" components={{ amount: <Amount value={leg.charges.total} /> }} />
            </td>
            <td className="text-right text-quiet max-md:hidden">
              <Trans k="ticket:leg_margin" components={{ amount: <Amount value={leg.margin_required} /> }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is unlike a plain order, line by line. */
function extrasOf(order: OrderIn, decision: Decision | undefined, guard: Guard | null): string[] {
  const lines: string[] = [];
  if (order.validity === "TTL") lines.push(t("ticket:review.minutes", { count: order.validity_minutes ?? 0 }));
  if (order.iceberg_legs) lines.push(t("ticket:review.legs", { count: order.iceberg_legs }));
  if (order.disclosed_quantity) {
    lines.push(t("ticket:review.disclosed", { units: money.quantity(order.disclosed_quantity) }));
  }
  if (order.after_market) lines.push(t("ticket:review.after_market"));
  if (order.policy) lines.push(decision?.policy_words ?? "");
  for (const reason of decision?.reasons ?? []) if (reason.code === "market_protection") lines.push(reason.message);
  if (guard?.stop) lines.push(t("ticket:review.stop", { price: money.rupees(guard.stop) }));
  if (guard?.target) lines.push(t("ticket:review.target", { price: money.rupees(guard.target) }));
  if (guard) lines.push(t("ticket:protection_when"));
  return [...new Set(lines.filter((line) => line !== ""))];
}

interface Props {
  order: OrderIn;
  preview: Preview | undefined;
  guard: Guard | null;
  nudges: readonly Nudge[];
  /** Standard mode: nothing is compared. */
  plain: boolean;
}

export function Review({ order, preview, guard, nudges, plain }: Props) {
  const buy = order.side === "BUY";
  const decision = preview?.decision;
  const extras = extrasOf(order, decision, guard);
  return (
    <div className="flex flex-col gap-4">
      <div>
        <p className="text-lg font-semibold">
          <span className={buy ? "text-buy-text" : "text-sell-text"}>{t(buy ? "common:buy" : "common:sell")}</span>{" "}
          {money.quantity(order.quantity)} {order.symbol}{" "}
          <span className="text-sm font-normal text-faint">{order.exchange}</span>
        </p>
        <p className="text-quiet">
          {t("ticket:review.terms", {
            price: priceWords({
              order_type: order.order_type,
              price: order.price ?? null,
              trigger_price: order.trigger_price ?? null,
            }),
            validity: t(`ticket:validity_word.${order.validity ?? "DAY"}`),
            product: t(`ticket:product_help.${order.product}`),
          })}
        </p>
        {preview?.notional && (
          <p className="mt-1">
            {decision?.charges ? (
              <Trans
                k="ticket:review.about_and_charges"
                components={{
                  value: <Amount value={preview.notional} className="font-medium" />,
                  charges: <Amount value={decision.charges.total} />,
                }}
              />
            ) : (
              <Trans
                k="ticket:review.about"
                components={{ value: <Amount value={preview.notional} className="font-medium" /> }}
              />
            )}
          </p>
        )}
        {extras.length > 0 && (
          <ul aria-label={t("ticket:review.extras")} className="mt-1 list-disc pl-4 text-quiet">
            {extras.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
      </div>
      <Nudges found={nudges} />
      {decision && <DecisionLine decision={decision} />}
      {decision?.plan && <Legs decision={decision} />}
      {decision && !plain && <Receipt decision={decision} />}
    </div>
  );
}
