// After a fill: what was predicted, what the broker charges, and what explains the difference.
import "@/text/rooms/charges";
import type { Charged as ChargedOrder, ChargedPart, Order } from "@/api";
import { useGetOrderChargesQuery } from "@/api/brokers";
import { BrokerBadge } from "@/components/badge";
import { Amount, Unknown } from "@/components/figures";
import * as money from "@/lib/money";
import { hasText, t } from "@/text";

const causeOf = (cause: string): string => {
  const key = `charges:charged.cause.${cause}`;
  return hasText(key) ? t(key) : cause;
};

/** Less than half a paisa is nothing to a person. */
export const causeWords = (part: ChargedPart): string[] =>
  part.differences
    .filter((one) => money.toWire(money.parse(one.amount) ?? money.ZERO).replace("-", "") !== "0.00")
    .map((one) => `${money.rupees(one.amount, { sign: true })} ${causeOf(one.cause)}`);

/** Two amounts of less than half a paisa apart may still be rounded to different paise. */
const noDifference = (part: ChargedPart): string =>
  money.rupees(part.predicted.total) === money.rupees(part.charged)
    ? t("charges:charged.as_predicted")
    : t("charges:charged.less_than_paisa");

function Part({ part }: { part: ChargedPart }) {
  const why = part.unknown ?? t("charges:charged.not_asked");
  return (
    <tr className="border-b border-line align-top">
      <td className="py-1.5">
        <BrokerBadge broker={part.broker} named />
      </td>
      <td className="px-2 py-1.5 text-right">
        <Amount value={part.predicted.total} />
      </td>
      <td className="px-2 py-1.5 text-right">
        <Amount value={part.charged} reason={why} />
      </td>
      <td className="py-1.5 pl-3 text-xs leading-[18px] text-quiet">
        {part.charged === null ? (
          part.unknown
        ) : causeWords(part).length === 0 ? (
          noDifference(part)
        ) : (
          <ul>
            {causeWords(part).map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        )}
      </td>
    </tr>
  );
}

export function ChargedTable({ charged }: { charged: ChargedOrder }) {
  const filled = charged.parts.filter((part) => part.filled_quantity > 0);
  return (
    <table className="w-full" aria-label={t("charges:charged.table")}>
      <thead>
        <tr className="border-b border-line text-xs text-faint">
          <th scope="col" className="h-7 text-left font-normal">
            {t("charges:charged.broker")}
          </th>
          <th scope="col" className="px-2 text-right font-normal">
            {t("charges:charged.predicted")}
          </th>
          <th scope="col" className="px-2 text-right font-normal">
            {t("charges:charged.charged")}
          </th>
          <th scope="col" className="pl-3 text-left font-normal">
            {t("charges:charged.difference")}
          </th>
        </tr>
      </thead>
      <tbody>
        {filled.map((part) => (
          <Part key={part.child} part={part} />
        ))}
      </tbody>
      {filled.length > 1 && (
        <tfoot>
          <tr className="font-medium">
            <td className="py-1.5">{t("charges:charged.all")}</td>
            <td className="px-2 py-1.5 text-right">
              <Amount value={charged.predicted} />
            </td>
            <td className="px-2 py-1.5 text-right">
              <Amount value={charged.charged} reason={t("charges:charged.a_part")} />
            </td>
            <td className="py-1.5 pl-3">
              {charged.difference === null ? (
                <Unknown reason={t("charges:charged.a_part")} />
              ) : (
                money.rupees(charged.difference, { sign: true })
              )}
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

const open = new Set(["SUBMITTING", "UNKNOWN", "OPEN", "TRIGGER_PENDING", "PARTIALLY_FILLED"]);

/** Nothing until the order has ended with a fill: no broker tells before what it will charge. */
export function Charged({ order }: { order: Order }) {
  const skip = order.filled_quantity === 0 || open.has(order.status);
  const { data } = useGetOrderChargesQuery({ orderId: order.id }, { skip, refetchOnMountOrArgChange: true });
  if (skip || !data?.parts.some((part) => part.filled_quantity > 0)) return null;
  return <ChargedTable charged={data} />;
}
