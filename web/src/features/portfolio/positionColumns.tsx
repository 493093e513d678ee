// The columns of positions: what is open, what was carried and what was traded today, realised and unrealised apart.
import { Link } from "react-router";
import type { PositionLot } from "@/api";
import { BrokerBadge, Tag } from "@/components/badge";
import { Age, Gain, Unknown } from "@/components/figures";
import type { Column } from "@/components/grid";
import { PriceCell } from "@/features/market/PriceCell";
import * as money from "@/lib/money";
import { t } from "@/text";
import { Live, Sum } from "./live";
import type { LivePosition } from "./valuation";

type Row = LivePosition;
type PositionColumn = Column<Row, PositionLot>;
type Traded = { buy_quantity: number; sell_quantity: number };

const grey = (row: Row): string | undefined => (row.stale || row.quantity === 0 ? "text-stale" : undefined);
const signed = (count: number) => money.quantity(count, { sign: true });

export const overnightOf = (row: Row): number => row.lots.reduce((sum, lot) => sum + lot.overnight_quantity, 0);

/** What was bought and sold today over the lots; null while one broker does not tell it apart from what was carried. */
export function todayOf(row: Row): Traded | null {
  const sum = { buy_quantity: 0, sell_quantity: 0 };
  for (const { today } of row.lots) {
    if (!today) return null;
    sum.buy_quantity += today.buy_quantity;
    sum.sell_quantity += today.sell_quantity;
  }
  return sum;
}

function Today({ traded }: { traded: Traded | null }) {
  if (!traded) return <Unknown reason={t("portfolio:no_day_part")} />;
  if (traded.buy_quantity === 0 && traded.sell_quantity === 0)
    return <span className="text-faint">{money.quantity(0)}</span>;
  return (
    <span className="inline-flex gap-2">
      {traded.buy_quantity > 0 && (
        <span>{t("portfolio:bought", { quantity: money.quantity(traded.buy_quantity) })}</span>
      )}
      {traded.sell_quantity > 0 && (
        <span>{t("portfolio:sold", { quantity: money.quantity(traded.sell_quantity) })}</span>
      )}
    </span>
  );
}

function Lead({ row }: { row: Row }) {
  return (
    <>
      <Link to={`/i/${encodeURIComponent(row.symbol)}`} className="font-medium hover:underline" title={row.source.name}>
        {row.source.symbol}
      </Link>
      <Tag>{row.source.exchange}</Tag>
      <span className="flex gap-0.5">
        {row.lots.map((lot) => (
          <BrokerBadge key={lot.account} broker={lot.broker} stale={lot.stale} />
        ))}
      </span>
      {row.quantity === 0 && <Tag>{t("portfolio:closed")}</Tag>}
    </>
  );
}

type Earned = "pnl" | "unrealised" | "realised" | "dayPnl";
const told = { pnl: "pnl", unrealised: "unrealised", realised: "realised", dayPnl: "day_pnl" } as const;

function earned(key: Earned, label: string, reason: () => string, from?: "lg" | "xl"): PositionColumn {
  return {
    key,
    label,
    from,
    room: 13,
    sort: (row) => row[key],
    cell: (row) => <Live row={row}>{(now) => <Gain value={now[key]} reason={reason()} className={grey(row)} />}</Live>,
    part: (lot) => <Gain value={lot[told[key]]} reason={reason()} className={lot.stale ? "text-stale" : undefined} />,
    total: (rows) => (
      <Sum rows={rows} of={(row) => row[key]}>
        {(sum) => <Gain value={sum} reason={t("portfolio:a_part_unknown")} />}
      </Sum>
    ),
  };
}

export function positionColumns(): PositionColumn[] {
  return [
    {
      key: "symbol",
      label: t("portfolio:columns.contract"),
      left: true,
      sort: (row) => row.source.symbol,
      csv: (row) => row.symbol,
      cell: (row) => <Lead row={row} />,
      part: (lot) => (
        <span className="flex items-center gap-2">
          <BrokerBadge broker={lot.broker} stale={lot.stale} />
          <span>{lot.label}</span>
          {lot.stale && <Age at={lot.as_of} />}
        </span>
      ),
      total: () => t("portfolio:total"),
    },
    {
      key: "product",
      label: t("portfolio:columns.product"),
      left: true,
      sort: (row) => row.source.product,
      cell: (row) => <Tag>{row.source.product}</Tag>,
    },
    {
      key: "quantity",
      label: t("portfolio:columns.quantity"),
      title: t("portfolio:columns.net_full"),
      sort: (row) => Math.abs(row.quantity),
      csv: (row) => row.quantity,
      cell: (row) => signed(row.quantity),
      part: (lot) => signed(lot.quantity),
    },
    {
      key: "overnight",
      label: t("portfolio:columns.overnight"),
      title: t("portfolio:columns.overnight_full"),
      from: "xl",
      sort: (row) => overnightOf(row),
      cell: (row) => signed(overnightOf(row)),
      part: (lot) => signed(lot.overnight_quantity),
    },
    {
      key: "today",
      label: t("portfolio:columns.today"),
      title: t("portfolio:columns.today_full"),
      from: "xl",
      csv: (row) => {
        const traded = todayOf(row);
        return traded && traded.buy_quantity - traded.sell_quantity;
      },
      cell: (row) => <Today traded={todayOf(row)} />,
      part: (lot) => <Today traded={lot.today} />,
    },
    {
      key: "average",
      label: t("portfolio:columns.average"),
      title: t("portfolio:columns.average_full"),
      sort: (row) => row.average,
      cell: (row) => (row.average === null ? <Unknown reason={t("portfolio:no_average")} /> : money.price(row.average)),
      part: (lot) => money.price(lot.average_price),
    },
    {
      key: "last",
      label: t("portfolio:columns.last"),
      title: t("portfolio:columns.last_full"),
      room: 9,
      sort: (row) => row.last,
      cell: (row) => (
        <PriceCell symbol={row.symbol} fallback={row.source.last_price} fallbackAt={row.source.price_as_of} />
      ),
    },
    earned("pnl", t("portfolio:columns.pnl"), () => t("portfolio:no_price")),
    earned("unrealised", t("portfolio:columns.unrealised"), () => t("portfolio:no_price"), "lg"),
    earned("realised", t("portfolio:columns.realised"), () => t("portfolio:no_cost"), "lg"),
    { ...earned("dayPnl", t("portfolio:columns.day_pnl"), () => t("portfolio:no_day_part"), "xl"), hidden: true },
  ];
}
