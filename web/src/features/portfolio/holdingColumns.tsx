// The columns of holdings: the line over all brokers, and below it what lies where and what can be done with it.
import { Link } from "react-router";
import type { HoldingLot } from "@/api";
import { BrokerBadge, Tag } from "@/components/badge";
import { Age, Amount, Gain, Percent, Unknown } from "@/components/figures";
import type { Column } from "@/components/grid";
import { PriceCell } from "@/features/market/PriceCell";
import * as money from "@/lib/money";
import { t } from "@/text";
import { Live, Sum } from "./live";
import type { LiveHolding } from "./valuation";

type Row = LiveHolding;
type HoldingColumn = Column<Row, HoldingLot>;

const grey = (row: { stale: boolean }): string | undefined => (row.stale ? "text-stale" : undefined);
const noPrice = () => t("portfolio:no_price");

interface LotMoney {
  value: money.Amount | null;
  pnl: money.Amount | null;
}

/** What the shares at one broker are worth at the row's price, and what they earned over their own average. */
export function lotMoney(row: Row, lot: HoldingLot): LotMoney {
  const average = money.parse(lot.average_price);
  const value = row.last === null ? null : money.times(row.last, lot.quantity);
  const pnl = value === null || average === null ? null : money.subtract(value, money.times(average, lot.quantity));
  return { value, pnl };
}

/** What cannot simply be sold, and why; in the words of the row, whichever columns are shown. */
export function lotNotes(lot: HoldingLot): string[] {
  const many = (count: number) => money.quantity(count);
  return [
    lot.product === "MTF" ? t("portfolio:notes.mtf") : "",
    lot.loan !== null && money.parse(lot.loan) !== 0n
      ? t("portfolio:notes.loan", { amount: money.rupees(lot.loan) })
      : "",
    lot.t1_quantity > 0 ? t("portfolio:notes.t1", { quantity: many(lot.t1_quantity) }) : "",
    lot.bought_quantity > 0 ? t("portfolio:notes.bought", { quantity: many(lot.bought_quantity) }) : "",
    lot.sold_quantity > 0 ? t("portfolio:notes.sold", { quantity: many(lot.sold_quantity) }) : "",
    lot.pledged_quantity > 0 ? t("portfolio:notes.pledged", { quantity: many(lot.pledged_quantity) }) : "",
    lot.sellable_quantity !== lot.quantity
      ? t("portfolio:notes.sellable", { quantity: many(lot.sellable_quantity) })
      : "",
  ].filter(Boolean);
}

/** Shares that wait for leave at the depository, with the way to give it. */
export function Leave({ lot }: { lot: HoldingLot }) {
  if (lot.unauthorised_quantity === 0) return null;
  return (
    <Link
      to={`/brokers/${encodeURIComponent(lot.account)}`}
      title={t("portfolio:notes.leave_about")}
      className="text-2xs text-warning underline underline-offset-2"
    >
      {t("portfolio:notes.leave", { quantity: money.quantity(lot.unauthorised_quantity) })}
    </Link>
  );
}

function Lead({ row }: { row: Row }) {
  const partly = !row.stale && row.lots.some((lot) => lot.stale);
  return (
    <>
      <Link to={`/i/${encodeURIComponent(row.symbol)}`} className="font-medium hover:underline" title={row.source.name}>
        {row.source.symbol}
      </Link>
      <span className="flex gap-0.5">
        {row.lots.map((lot) => (
          <BrokerBadge key={`${lot.account} ${lot.product}`} broker={lot.broker} stale={lot.stale} />
        ))}
      </span>
      {partly && <Tag title={t("portfolio:partly_old_about")}>{t("portfolio:partly_old")}</Tag>}
    </>
  );
}

function LotLead({ lot, row }: { lot: HoldingLot; row: Row }) {
  return (
    <span className="flex items-center gap-2">
      <BrokerBadge broker={lot.broker} stale={lot.stale} />
      <span>{lot.label}</span>
      {(lot.symbol !== row.source.symbol || lot.exchange !== row.source.exchange) && (
        <Tag>{`${lot.exchange}:${lot.symbol}`}</Tag>
      )}
      {lotNotes(lot).map((note) => (
        <Tag key={note}>{note}</Tag>
      ))}
      <Leave lot={lot} />
      {lot.stale && <Age at={lot.as_of} />}
    </span>
  );
}

const sumOf = (row: Row, pick: (lot: HoldingLot) => number): number =>
  row.lots.reduce((sum, lot) => sum + pick(lot), 0);

/** A count of shares over the lots, such as those that are pledged; a quiet dot where there are none. */
function counted(key: string, label: string, title: string, pick: (lot: HoldingLot) => number): HoldingColumn {
  const shown = (count: number) =>
    count === 0 ? <span className="text-faint">{money.quantity(0)}</span> : money.quantity(count);
  return {
    key,
    label,
    title,
    hidden: true,
    sort: (row) => sumOf(row, pick),
    cell: (row) => shown(sumOf(row, pick)),
    part: (lot) => shown(pick(lot)),
  };
}

/** An amount that follows the price. */
function moving(
  key: keyof Row & ("value" | "pnl" | "dayPnl"),
  label: string,
  reason: () => string,
  part: (lot: HoldingLot, row: Row) => React.ReactNode,
  from?: "lg",
): HoldingColumn {
  const Figure = key === "value" ? Amount : Gain;
  return {
    key,
    label,
    from,
    room: 13,
    sort: (row) => row[key],
    cell: (row) => (
      <Live row={row}>{(now) => <Figure value={now[key]} reason={reason()} className={grey(row)} />}</Live>
    ),
    part,
    total: (rows) => (
      <Sum rows={rows} of={(row) => row[key]}>
        {(sum) => <Figure value={sum} reason={t("portfolio:a_part_unknown")} />}
      </Sum>
    ),
  };
}

export function holdingColumns(): HoldingColumn[] {
  const lotAmount = (pick: keyof LotMoney) => (lot: HoldingLot, row: Row) => {
    const Figure = pick === "value" ? Amount : Gain;
    return <Live row={row}>{(now) => <Figure value={lotMoney(now, lot)[pick]} className={grey(lot)} />}</Live>;
  };
  return [
    {
      key: "symbol",
      label: t("portfolio:columns.instrument"),
      left: true,
      sort: (row) => row.source.symbol,
      csv: (row) => `${row.source.exchange}:${row.source.symbol}`,
      cell: (row) => <Lead row={row} />,
      part: (lot, row) => <LotLead lot={lot} row={row} />,
      total: () => t("portfolio:total"),
    },
    {
      key: "quantity",
      label: t("portfolio:columns.quantity"),
      title: t("portfolio:columns.quantity_full"),
      sort: (row) => row.quantity,
      cell: (row) => money.quantity(row.quantity),
      part: (lot) => money.quantity(lot.quantity),
    },
    counted("sellable", t("portfolio:columns.free"), t("portfolio:columns.free_full"), (lot) => lot.sellable_quantity),
    counted("t1", t("portfolio:columns.t1"), t("portfolio:columns.t1_full"), (lot) => lot.t1_quantity),
    counted(
      "pledged",
      t("portfolio:columns.pledged"),
      t("portfolio:columns.pledged_full"),
      (lot) => lot.pledged_quantity,
    ),
    counted("sold", t("portfolio:columns.sold"), t("portfolio:columns.sold_full"), (lot) => lot.sold_quantity),
    counted(
      "leave",
      t("portfolio:columns.leave"),
      t("portfolio:columns.leave_full"),
      (lot) => lot.unauthorised_quantity,
    ),
    {
      key: "average",
      label: t("portfolio:columns.average"),
      title: t("portfolio:columns.average_full"),
      sort: (row) => row.average,
      cell: (row) => (row.average === null ? <Unknown reason={t("portfolio:no_average")} /> : money.price(row.average)),
      part: (lot) =>
        lot.average_price === null ? <Unknown reason={t("portfolio:no_average")} /> : money.price(lot.average_price),
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
    {
      key: "invested",
      label: t("portfolio:columns.invested"),
      hidden: true,
      sort: (row) => row.invested,
      cell: (row) => <Amount value={row.invested} reason={t("portfolio:no_average")} />,
      total: (rows) => (
        <Sum rows={rows} of={(row) => row.invested}>
          {(sum) => <Amount value={sum} reason={t("portfolio:a_part_unknown")} />}
        </Sum>
      ),
    },
    moving("value", t("portfolio:columns.value"), noPrice, lotAmount("value")),
    moving("pnl", t("portfolio:columns.pnl"), noPrice, lotAmount("pnl")),
    {
      key: "pnlPercent",
      label: t("portfolio:columns.pnl_percent"),
      room: 8,
      sort: (row) => row.pnlPercent,
      cell: (row) => (
        <Live row={row}>{(now) => <Percent value={now.pnlPercent} reason={noPrice()} className={grey(row)} />}</Live>
      ),
    },
    {
      key: "dayPercent",
      label: t("portfolio:columns.day_percent"),
      room: 8,
      from: "lg",
      sort: (row) => row.dayPercent,
      cell: (row) => (
        <Live row={row}>
          {(now) => <Percent value={now.dayPercent} reason={t("portfolio:no_close")} className={grey(row)} />}
        </Live>
      ),
    },
    moving(
      "dayPnl",
      t("portfolio:columns.day_pnl"),
      () => t("portfolio:no_close"),
      (lot) => <Gain value={lot.day_pnl} reason={t("portfolio:no_close")} className={grey(lot)} />,
      "lg",
    ),
  ];
}
