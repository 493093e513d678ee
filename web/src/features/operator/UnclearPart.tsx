// Orders of which nobody knows whether they exist at their broker: where each was sent, since when, and under which tag.
// They are looked for at once when asked, and their owner is told; an operator does not trade.
import "@/text/rooms/operator";
import { useState } from "react";
import { inWords, problemOf, type UnclearOrder } from "@/api";
import {
  useGetUnclearOrderQuery,
  useListUnclearOrdersQuery,
  useLookForUnclearOrderMutation,
  useTellOwnerOfUnclearOrderMutation,
} from "@/api/operator";
import { BrokerBadge, StateWord } from "@/components/badge";
import { Button } from "@/components/button";
import { Sheet } from "@/components/sheet";
import { toast } from "@/components/toasts";
import { dayTime, preciseTime } from "@/lib/time";
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
  const [opened, setOpened] = useState(false);
  const status = `orders:status.${order.status}`;
  return (
    <li className="flex items-center justify-between gap-3 border-b border-line py-2 max-md:flex-col max-md:items-stretch">
      <div className="flex min-w-0 flex-col gap-0.5">
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
      </div>
      <Actions order={order} onOpen={() => setOpened(true)} />
      {opened && <Way order={order} onClose={() => setOpened(false)} />}
    </li>
  );
}

function Actions({ order: { child_id: childId }, onOpen }: { order: UnclearOrder; onOpen: () => void }) {
  const [look, looking] = useLookForUnclearOrderMutation();
  const [tell, telling] = useTellOwnerOfUnclearOrderMutation();
  const named = (act: "look" | "tell" | "way") => `${t(`operator:unclear.${act}`)}: ${childId}`;

  async function lookNow(): Promise<void> {
    const { data, error } = await look({ childId });
    if (data) toast({ tone: data.found ? "good" : "warning", title: data.words });
    else toast({ tone: "bad", title: inWords(problemOf(error)) });
  }

  async function tellOwner(): Promise<void> {
    const { error } = await tell({ childId });
    if (error) toast({ tone: "bad", title: inWords(problemOf(error)) });
    else toast({ tone: "good", title: t("operator:unclear.told") });
  }

  return (
    <div className="flex shrink-0 flex-wrap gap-2">
      <Button size="sm" aria-label={named("way")} onClick={onOpen}>
        {t("operator:unclear.way")}
      </Button>
      <Button size="sm" aria-label={named("look")} disabled={looking.isLoading} onClick={() => void lookNow()}>
        {t("operator:unclear.look")}
      </Button>
      <Button size="sm" aria-label={named("tell")} disabled={telling.isLoading} onClick={() => void tellOwner()}>
        {t("operator:unclear.tell")}
      </Button>
    </div>
  );
}

/** What was done and heard so far, without what the order is of. */
function Way({ order, onClose }: { order: UnclearOrder; onClose: () => void }) {
  const answer = useGetUnclearOrderQuery({ childId: order.child_id }, { refetchOnMountOrArgChange: true });
  return (
    <Sheet open onClose={onClose} desk="panel" title={t("operator:unclear.way_of", { id: order.child_id })}>
      <div className="flex flex-col gap-3 overflow-y-auto p-4">
        <Looked answer={answer} nothing={() => null}>
          {({ logged_in, told_at, hops }) => (
            <>
              {!logged_in && <p className="text-warning">{t("operator:unclear.login_needed")}</p>}
              {told_at && <p className="text-quiet">{t("operator:unclear.told_at", { time: dayTime(told_at) })}</p>}
              <ol className="border-t border-line">
                {hops.map((hop) => (
                  <li key={`${hop.at} ${hop.kind}`} className="flex flex-col gap-0.5 border-b border-line py-2">
                    <div className="flex items-baseline justify-between gap-3">
                      <span className="font-medium">{hop.kind}</span>
                      <span className="text-xs text-faint tabular-nums">
                        {t("operator:ist", { time: preciseTime(hop.at) })}
                      </span>
                    </div>
                    {hop.words && <p className="text-sm break-words text-quiet">{hop.words}</p>}
                  </li>
                ))}
              </ol>
            </>
          )}
        </Looked>
      </div>
    </Sheet>
  );
}
