// Holdings, one row per ISIN, each opening into the lots that lie at each broker.
import { ChevronRight } from "lucide-react";
import { Fragment, useState } from "react";
import { Link } from "react-router";
import { useAppDispatch } from "@/api/dispatch";
import { BrokerBadge, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Age, Amount, Gain, Percent, Unknown } from "@/components/figures";
import { Cell, Head, moveBetweenRows, type Sort } from "@/components/table";
import { PriceCell } from "@/features/market/PriceCell";
import { openTicket } from "@/features/ticket/state";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { setPrefs, usePrefs } from "@/lib/prefs";
import { sortHoldings } from "./order";
import type { LiveHolding } from "./valuation";

const columns: readonly { key: string; label: string; className?: string }[] = [
  { key: "quantity", label: "Qty" },
  { key: "average", label: "Avg" },
  { key: "last", label: "LTP" },
  { key: "value", label: "Value" },
  { key: "pnl", label: "P&L" },
  { key: "pnlPercent", label: "P&L %" },
  { key: "dayPercent", label: "Day %", className: "max-lg:hidden" },
  { key: "dayPnl", label: "Day P&L", className: "max-lg:hidden" },
];

function Lots({ row }: { row: LiveHolding }) {
  return row.lots.map((lot) => {
    const average = money.parse(lot.average_price);
    const value = row.last === null ? null : money.times(row.last, lot.quantity);
    const pnl = value === null || average === null ? null : money.subtract(value, money.times(average, lot.quantity));
    const notes = [
      lot.product === "MTF" && "MTF",
      lot.t1_quantity > 0 && `${money.quantity(lot.t1_quantity)} T1`,
      lot.pledged_quantity > 0 && `${money.quantity(lot.pledged_quantity)} pledged`,
      lot.sold_quantity > 0 && `${money.quantity(lot.sold_quantity)} sold today`,
      lot.sellable_quantity !== lot.quantity && `${money.quantity(lot.sellable_quantity)} sellable`,
    ].filter(Boolean);
    return (
      <tr
        key={`${lot.account} ${lot.product}`}
        className={cx("border-b border-line bg-panel", lot.stale ? "text-stale" : "text-quiet")}
      >
        <Cell left className="pl-9">
          <span className="flex items-center gap-2">
            <BrokerBadge broker={lot.broker} stale={lot.stale} />
            <span>{lot.label}</span>
            {lot.symbol !== row.source.symbol || lot.exchange !== row.source.exchange ? (
              <Tag>
                {lot.exchange}:{lot.symbol}
              </Tag>
            ) : null}
            {notes.map((note) => (
              <Tag key={String(note)}>{note}</Tag>
            ))}
            {lot.stale && <Age at={lot.as_of} />}
          </span>
        </Cell>
        <Cell>{money.quantity(lot.quantity)}</Cell>
        <Cell>{money.price(lot.average_price)}</Cell>
        <Cell />
        <Cell>
          <Amount value={value} />
        </Cell>
        <Cell>
          <Gain value={pnl} className={lot.stale ? "text-stale" : undefined} />
        </Cell>
        <Cell colSpan={3} className="max-lg:hidden" />
      </tr>
    );
  });
}

function Row({ row, open, onToggle }: { row: LiveHolding; open: boolean; onToggle: () => void }) {
  const dispatch = useAppDispatch();
  const grey = row.stale ? "text-stale" : undefined;
  const partly = !row.stale && row.lots.some((lot) => lot.stale);
  const lent = row.lots.every((lot) => lot.product === "MTF");
  const ticket = (side: "BUY" | "SELL") =>
    dispatch(openTicket({ symbol: row.symbol, side, product: side === "SELL" && lent ? "MTF" : "CNC" }));
  return (
    <tr
      data-row
      data-symbol={row.symbol}
      tabIndex={0}
      onKeyDown={(event) => event.target === event.currentTarget && event.key === "Enter" && onToggle()}
      className={cx("group border-b border-line hover:bg-hover focus-visible:bg-hover", grey)}
    >
      <Cell left className="relative">
        <span className="flex items-center gap-2">
          <button
            type="button"
            aria-expanded={open}
            aria-label={`${row.source.symbol}: ${open ? "fold" : "show"} the lots by broker`}
            onClick={onToggle}
            className="grid size-5 place-items-center text-faint hover:text-ink"
          >
            <ChevronRight className={cx("size-3.5", open && "rotate-90")} />
          </button>
          <Link
            to={`/i/${encodeURIComponent(row.symbol)}`}
            className="font-medium hover:underline"
            title={row.source.name}
          >
            {row.source.symbol}
          </Link>
          <span className="flex gap-0.5">
            {row.lots.map((lot) => (
              <BrokerBadge key={`${lot.account} ${lot.product}`} broker={lot.broker} stale={lot.stale} />
            ))}
          </span>
          {partly && <Tag title="A part of this row is not current">partly old</Tag>}
        </span>
        <span className="absolute inset-y-0 right-0 hidden items-center gap-1 bg-hover pl-2 group-focus-within:flex group-hover:flex">
          <Button look="buy" size="sm" aria-label={`Buy ${row.source.symbol}`} onClick={() => ticket("BUY")}>
            Buy
          </Button>
          <Button look="sell" size="sm" aria-label={`Sell ${row.source.symbol}`} onClick={() => ticket("SELL")}>
            Sell
          </Button>
        </span>
      </Cell>
      <Cell>{money.quantity(row.quantity)}</Cell>
      <Cell>{row.average === null ? <Unknown reason="no average price known" /> : money.price(row.average)}</Cell>
      <Cell>
        <PriceCell symbol={row.symbol} fallback={row.source.last_price} fallbackAt={row.source.price_as_of} />
      </Cell>
      <Cell>
        <Amount value={row.value} reason="no price received yet" />
      </Cell>
      <Cell>
        <Gain value={row.pnl} reason="no price received yet" className={grey} />
      </Cell>
      <Cell>
        <Percent value={row.pnlPercent} className={grey} />
      </Cell>
      <Cell className="max-lg:hidden">
        <Percent value={row.dayPercent} className={grey} />
      </Cell>
      <Cell className="max-lg:hidden">
        <Gain value={row.dayPnl} className={grey} reason="no previous close known" />
      </Cell>
    </tr>
  );
}

export function HoldingsTable({ rows }: { rows: readonly LiveHolding[] }) {
  const { holdingsSort: sort } = usePrefs();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const onSort = (holdingsSort: Sort) => setPrefs({ holdingsSort });
  const toggle = (id: string) =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  return (
    <table className="w-full border-collapse" aria-label="Holdings" onKeyDown={moveBetweenRows}>
      <thead className="border-b border-line">
        <tr>
          <Head left sortKey="symbol" sort={sort} onSort={onSort} className="pl-9">
            Instrument
          </Head>
          {columns.map(({ key, label, className }) => (
            <Head key={key} sortKey={key} sort={sort} onSort={onSort} className={className}>
              {label}
            </Head>
          ))}
        </tr>
      </thead>
      <tbody>
        {sortHoldings(rows, sort).map((row) => (
          <Fragment key={row.id}>
            <Row row={row} open={open.has(row.id)} onToggle={() => toggle(row.id)} />
            {open.has(row.id) && <Lots row={row} />}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}
