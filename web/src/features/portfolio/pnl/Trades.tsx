// Every trade that is known, newest first, page after page; where it was learnt stands beside it.
import "@/text/rooms/pnl";
import { useMemo } from "react";
import { Link } from "react-router";
import { type Account, inWords, problemOf, type Trade } from "@/api";
import { useTradePagesInfiniteQuery } from "@/api/history";
import { SideWord, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Amount, Unknown } from "@/components/figures";
import { type Column, Grid } from "@/components/grid";
import { Empty, Notice, Waiting } from "@/components/surface";
import { ExportButton } from "@/features/orders/ExportButton";
import * as money from "@/lib/money";
import { dayName, istDay, timeOfDay } from "@/lib/time";
import { hasText, t } from "@/text";
import { AccountName } from "./AccountName";
import type { Days } from "./days";

interface Props {
  days: Days;
  account: string | undefined;
  accounts: readonly Account[];
  onImport: () => void;
}

const symbolOf = (trade: Trade) => `${trade.exchange}:${trade.symbol}`;
const idOf = (trade: Trade) => [trade.account, symbolOf(trade), trade.side, trade.at, trade.trade_id].join(" ");
const nameOf = (trade: Trade) =>
  t("portfolio:trades.name", { side: trade.side, quantity: money.quantity(trade.quantity), symbol: trade.symbol });
const headingOf = (trade: Trade) => dayName(trade.at);
const first = { key: "at", descending: true };

const sourceOf = (source: string): string => {
  const key = `portfolio:trades.sources.${source}`;
  return hasText(key) ? t(key) : source;
};

const tradeColumns = (accounts: readonly Account[]): Column<Trade>[] => [
  {
    key: "at",
    label: t("portfolio:trades.time_ist"),
    left: true,
    sort: (trade) => trade.at,
    csv: (trade) => `${istDay(trade.at)} ${timeOfDay(trade.at)}`,
    cell: (trade) => timeOfDay(trade.at),
  },
  {
    key: "side",
    label: t("portfolio:trades.side"),
    left: true,
    sort: (trade) => trade.side,
    cell: (trade) => <SideWord side={trade.side} />,
  },
  {
    key: "symbol",
    label: t("portfolio:columns.instrument"),
    left: true,
    sort: symbolOf,
    cell: (trade) => (
      <span className="inline-flex items-center gap-1.5">
        <Link to={`/i/${encodeURIComponent(symbolOf(trade))}`} className="font-medium hover:underline">
          {trade.symbol}
        </Link>
        <Tag>{trade.exchange}</Tag>
      </span>
    ),
  },
  {
    key: "account",
    label: t("portfolio:broker"),
    left: true,
    sort: (trade) => accounts.find((each) => each.id === trade.account)?.label ?? trade.account,
    cell: (trade) => <AccountName id={trade.account} accounts={accounts} />,
  },
  {
    key: "product",
    label: t("portfolio:columns.product"),
    left: true,
    from: "lg",
    sort: (trade) => trade.product,
    cell: (trade) =>
      trade.product ? <Tag>{trade.product}</Tag> : <Unknown reason={t("portfolio:trades.no_product")} />,
  },
  {
    key: "quantity",
    label: t("portfolio:columns.quantity"),
    sort: (trade) => trade.quantity,
    cell: (trade) => money.quantity(trade.quantity),
  },
  {
    key: "price",
    label: t("portfolio:trades.price"),
    sort: (trade) => money.parse(trade.price),
    cell: (trade) => money.price(trade.price),
  },
  {
    key: "value",
    label: t("portfolio:columns.value"),
    sort: (trade) => money.parse(trade.value),
    cell: (trade) => <Amount value={trade.value} />,
  },
  {
    key: "source",
    label: t("portfolio:trades.source"),
    left: true,
    from: "lg",
    sort: (trade) => sourceOf(trade.source),
    cell: (trade) => <Tag>{sourceOf(trade.source)}</Tag>,
  },
  {
    key: "trade_id",
    label: t("portfolio:trades.trade_id"),
    left: true,
    hidden: true,
    sort: (trade) => trade.trade_id,
    cell: (trade) => trade.trade_id,
  },
  {
    key: "order_id",
    label: t("portfolio:trades.order_id"),
    left: true,
    hidden: true,
    sort: (trade) => trade.order_id,
    cell: (trade) => trade.order_id,
  },
];

function TradeCard({ trade, accounts }: { trade: Trade; accounts: readonly Account[] }) {
  return (
    <Link
      to={`/i/${encodeURIComponent(symbolOf(trade))}`}
      className="flex min-h-14 items-center justify-between gap-3 px-4 py-2"
    >
      <span className="min-w-0">
        <span className="flex items-center gap-1.5">
          <SideWord side={trade.side} /> <span className="truncate font-medium">{trade.symbol}</span>
          <Tag>{trade.exchange}</Tag>
        </span>
        <span className="flex items-center gap-1.5 text-xs text-faint">
          {timeOfDay(trade.at)} <AccountName id={trade.account} accounts={accounts} />
          {trade.product && <Tag>{trade.product}</Tag>}
          {trade.source !== "own" && <Tag>{sourceOf(trade.source)}</Tag>}
        </span>
      </span>
      <span className="shrink-0 text-right">
        <span className="block">
          {t("portfolio:quantity_at", { quantity: money.quantity(trade.quantity), price: money.price(trade.price) })}
        </span>
        <span className="block text-xs text-quiet">
          <Amount value={trade.value} />
        </span>
      </span>
    </Link>
  );
}

export function Trades({ days, account, accounts, onImport }: Props) {
  const asked = { account, ...days };
  const { currentData, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useTradePagesInfiniteQuery(asked);
  const rows = useMemo(() => currentData?.pages.flatMap((page) => page.items), [currentData]);
  const columns = useMemo(() => tradeColumns(accounts), [accounts]);
  const find = useMemo(
    () => (trade: Trade) =>
      [
        trade.symbol,
        trade.exchange,
        trade.side,
        trade.product,
        trade.trade_id,
        trade.order_id,
        trade.isin,
        accounts.find((each) => each.id === trade.account)?.label,
      ].join(" "),
    [accounts],
  );
  if (error) {
    return (
      <Notice tone="bad" className="mx-4" action={<Button onClick={() => void refetch()}>{t("common:retry")}</Button>}>
        {inWords(problemOf(error))}
      </Notice>
    );
  }
  if (!rows) return <Waiting rows={8} />;
  return (
    <>
      <Grid
        id="trades"
        label={t("portfolio:trades.label")}
        columns={columns}
        rows={rows}
        rowId={idOf}
        name={nameOf}
        symbol={symbolOf}
        find={find}
        first={first}
        heading={headingOf}
        card={(trade) => <TradeCard trade={trade} accounts={accounts} />}
        tools={<ExportButton table="trades" title={t("portfolio:trades.all_csv")} />}
        empty={
          <Empty title={t("portfolio:trades.none")} action={<Button onClick={onImport}>{t("pnl:import")}</Button>}>
            {t("portfolio:trades.none_about")}
          </Empty>
        }
      />
      {hasNextPage && (
        <div className="flex justify-center p-4">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t(isFetchingNextPage ? "common:loading" : "portfolio:trades.older")}
          </Button>
        </div>
      )}
    </>
  );
}
