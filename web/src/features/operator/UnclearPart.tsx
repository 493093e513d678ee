// Orders of which nobody knows whether they exist at their broker: where each was sent, since when, and under which tag.
import "@/text/rooms/operator";
import type { UnclearOrder } from "@/api";
import { useListUnclearOrdersQuery } from "@/api/operator";
import { BrokerBadge, StateWord } from "@/components/badge";
import { dayTime } from "@/lib/time";
import { hasText, t } from "@/text";
import { OfUser } from "./AccountsPart";
import { EVERY, Looked, Room } from "./Looked";

export function UnclearPart() {
  const answer = useListUnclearOrdersQuery(undefined, { pollingInterval: EVERY, refetchOnMountOrArgChange: true });
  return (
    <Room about={t("operator:unclear.about")}>
      <Looked answer={answer} dated nothing={({ items }) => (items.length === 0 ? t("operator:unclear.none") : null)}>
        {({ items }) => (
          <ul aria-label={t("operator:parts.unclear")} className="border-t border-line">
            {items.map((order) => (
              <Row key={order.child_id} order={order} />
            ))}
          </ul>
        )}
      </Looked>
    </Room>
  );
}

function Row({ order }: { order: UnclearOrder }) {
  const status = `orders:status.${order.status}`;
  return (
    <li className="flex flex-col gap-0.5 border-b border-line py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
        <BrokerBadge broker={order.broker} named />
        <StateWord tone="unknown">{hasText(status) ? t(status) : order.status}</StateWord>
        <span className="text-xs text-faint tabular-nums">
          {t("operator:unclear.since", { time: dayTime(order.since) })}
        </span>
      </div>
      <p className="font-mono text-xs break-all text-quiet">{t("operator:unclear.tag", { tag: order.tag })}</p>
      <p className="text-xs break-all text-faint">
        {order.order_id} · {order.child_id} · {order.account_id} · <OfUser id={order.user_id} />
      </p>
    </li>
  );
}
