// The order book over all brokers: by day, filtered, as far back as one looks; each order opens into its parts, receipt and timeline.
import { ListChecks, ListFilter } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { inWords, type Order, problemOf } from "@/api";
import { useOrderPagesInfiniteQuery } from "@/api/orderPages";
import { brokerName } from "@/components/badge";
import { Button } from "@/components/button";
import { Grid } from "@/components/grid";
import { Empty, Notice, Waiting } from "@/components/surface";
import { usePhone, useSettled } from "@/lib/hooks";
import { dayName, istDay } from "@/lib/time";
import { t } from "@/text";
import { ChosenBar } from "./ChosenBar";
import { leaveEdit } from "./editor";
import { FilterFields } from "./FilterFields";
import { anyOf, type Filters, none, type Own, queryOf } from "./filters";
import { OrderCard } from "./OrderCard";
import { brokersOf, columns, nameOf } from "./OrderCells";
import { OrderDetail } from "./OrderDetail";
import { stateOf } from "./status";

const idOf = (order: Order): string => order.id;
const symbolOf = (order: Order): string => `${order.exchange}:${order.symbol}`;
const detailOf = (order: Order) => <OrderDetail order={order} />;
const toneOf = (order: Order): string | undefined => (order.status === "UNKNOWN" ? "bg-unknown-tint" : undefined);
const findIn = (order: Order): string =>
  [
    nameOf(order),
    order.exchange,
    order.product,
    order.order_type,
    stateOf(order).word,
    ...brokersOf(order).map(brokerName),
    ...order.children.flatMap((child) => child.broker_order_id ?? []),
    order.id,
  ].join(" ");

const headingOf = (order: Order): string =>
  istDay(order.created_at) === istDay(Date.now()) ? t("orders:today") : dayName(order.created_at);

interface Props {
  tab: Own;
  filters: Filters;
  onFilters: (filters: Filters) => void;
}

export function OwnOrders({ tab, filters, onFilters }: Props) {
  const asked = useSettled(filters, 250);
  const query = useMemo(() => queryOf(tab, asked), [tab, asked]);
  const read = useOrderPagesInfiniteQuery(query, {
    pollingInterval: 30_000,
    skipPollingIfUnfocused: true,
    refetchOnMountOrArgChange: true,
  });
  const [filtering, setFiltering] = useState(anyOf(filters));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [choosing, setChoosing] = useState(false);
  const phone = usePhone();
  useEffect(() => leaveEdit, []);
  const pages = read.currentData?.pages;
  const orders = useMemo(() => {
    const all = pages?.flatMap((page) => page.items) ?? [];
    return asked.status ? all.filter((order) => order.status === asked.status) : all;
  }, [pages, asked.status]);
  const picked = orders.filter((order) => chosen.has(order.id));
  const narrowed = anyOf(asked);

  const flip = (id: string) => {
    setChoosing(true);
    setChosen((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  };
  const clear = () => {
    setChosen(new Set());
    setChoosing(false);
  };

  return (
    <>
      {read.error && (
        <Notice
          tone="warning"
          className="mx-4 my-2"
          action={<Button onClick={() => read.refetch()}>{t("common:retry")}</Button>}
        >
          {inWords(problemOf(read.error))}
        </Notice>
      )}
      {filtering && <FilterFields tab={tab} filters={filters} onChange={onFilters} />}
      <div className="pt-2">
        <Grid
          id="orders"
          label={t("orders:table")}
          columns={columns}
          rows={orders}
          rowId={idOf}
          name={nameOf}
          symbol={symbolOf}
          tone={toneOf}
          expand={detailOf}
          heading={headingOf}
          find={findIn}
          selection={{ chosen, onChange: setChosen }}
          tools={
            <>
              <Button
                look="ghost"
                size="sm"
                aria-expanded={filtering}
                onClick={() => {
                  if (filtering) onFilters(none);
                  setFiltering(!filtering);
                }}
              >
                <ListFilter className="size-3.5" aria-hidden="true" /> {t("orders:filter.title")}
              </Button>
              {phone && orders.length > 0 && (
                <Button
                  look="ghost"
                  size="sm"
                  aria-pressed={choosing}
                  onClick={() => (choosing ? clear() : setChoosing(true))}
                >
                  <ListChecks className="size-3.5" aria-hidden="true" /> {t("orders:choose")}
                </Button>
              )}
            </>
          }
          card={(order, { open, toggle }) => (
            <OrderCard
              order={order}
              open={open}
              onToggle={toggle}
              chosen={choosing ? chosen.has(order.id) : undefined}
              onChoose={() => flip(order.id)}
            />
          )}
          empty={
            !pages && !read.error ? (
              <Waiting />
            ) : (
              <Empty
                title={narrowed ? t("orders:empty.narrowed.title") : t(`orders:empty.${tab}.title`)}
                action={narrowed && <Button onClick={() => onFilters(none)}>{t("orders:filter.clear")}</Button>}
              >
                {narrowed
                  ? t("orders:empty.narrowed.text")
                  : t(phone && tab === "all" ? "orders:empty.all.text_phone" : `orders:empty.${tab}.text`)}
              </Empty>
            )
          }
        />
      </div>
      {read.hasNextPage && (
        <div className="flex justify-center py-3">
          <Button disabled={read.isFetchingNextPage} onClick={() => read.fetchNextPage()}>
            {read.isFetchingNextPage ? t("common:loading") : t("orders:older")}
          </Button>
        </div>
      )}
      <ChosenBar orders={picked} onDone={clear} />
    </>
  );
}
