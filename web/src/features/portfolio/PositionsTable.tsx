// Positions, one row per contract and product, each opening into its lots by broker.
import { ChevronRight } from "lucide-react";
import { Fragment, useState } from "react";
import { Link } from "react-router";
import { useAppDispatch } from "@/api/dispatch";
import { BrokerBadge, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Age, Gain, Unknown } from "@/components/figures";
import { Cell, Head, moveBetweenRows, type Sort } from "@/components/table";
import { PriceCell } from "@/features/market/PriceCell";
import { openTicket } from "@/features/ticket/state";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { exitOf } from "./exit";
import { sortPositions } from "./order";
import type { LivePosition } from "./valuation";

function Lots({ row }: { row: LivePosition }) {
  return row.lots.map((lot) => (
    <tr key={lot.account} className={cx("border-b border-line bg-panel", lot.stale ? "text-stale" : "text-quiet")}>
      <Cell left className="pl-9">
        <span className="flex items-center gap-2">
          <BrokerBadge broker={lot.broker} stale={lot.stale} />
          <span>{lot.label}</span>
          {lot.stale && <Age at={lot.as_of} />}
        </span>
      </Cell>
      <Cell left />
      <Cell>{money.quantity(lot.quantity, { sign: true })}</Cell>
      <Cell>{money.price(lot.average_price)}</Cell>
      <Cell />
      <Cell>
        <Gain value={lot.pnl} className={lot.stale ? "text-stale" : undefined} />
      </Cell>
      <Cell colSpan={2} className="max-lg:hidden" />
    </tr>
  ));
}

function Row({ row, open, onToggle }: { row: LivePosition; open: boolean; onToggle: () => void }) {
  const dispatch = useAppDispatch();
  const { source } = row;
  const grey = row.stale || row.quantity === 0 ? "text-stale" : undefined;
  const exit = exitOf(row);
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
            aria-label={`${source.symbol}: ${open ? "fold" : "show"} the lots by broker`}
            onClick={onToggle}
            className="grid size-5 place-items-center text-faint hover:text-ink"
          >
            <ChevronRight className={cx("size-3.5", open && "rotate-90")} />
          </button>
          <Link to={`/i/${encodeURIComponent(row.symbol)}`} className="font-medium hover:underline">
            {source.symbol}
          </Link>
          <Tag>{source.exchange}</Tag>
          <span className="flex gap-0.5">
            {row.lots.map((lot) => (
              <BrokerBadge key={lot.account} broker={lot.broker} stale={lot.stale} />
            ))}
          </span>
        </span>
        {exit && (
          <span className="absolute inset-y-0 right-0 hidden items-center bg-hover pl-2 group-focus-within:flex group-hover:flex">
            <Button size="sm" aria-label={`Exit ${source.symbol}`} onClick={() => dispatch(openTicket(exit))}>
              Exit
            </Button>
          </span>
        )}
      </Cell>
      <Cell left>
        <Tag>{source.product}</Tag>
      </Cell>
      <Cell>{money.quantity(row.quantity, { sign: true })}</Cell>
      <Cell>{row.average === null ? <Unknown reason="no average price known" /> : money.price(row.average)}</Cell>
      <Cell>
        <PriceCell symbol={row.symbol} fallback={source.last_price} fallbackAt={source.price_as_of} />
      </Cell>
      <Cell>
        <Gain value={row.pnl} className={grey} />
      </Cell>
      <Cell className="max-lg:hidden">
        <Gain value={row.unrealised} className={grey} reason="shown for all brokers together" />
      </Cell>
      <Cell className="max-lg:hidden">
        <Gain value={row.realised} className={grey} reason="shown for all brokers together" />
      </Cell>
    </tr>
  );
}

export function PositionsTable({ rows }: { rows: readonly LivePosition[] }) {
  const [sort, onSort] = useState<Sort>({ key: "quantity", descending: true });
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  return (
    <table className="w-full border-collapse" aria-label="Positions" onKeyDown={moveBetweenRows}>
      <thead className="border-b border-line">
        <tr>
          <Head left sortKey="symbol" sort={sort} onSort={onSort} className="pl-9">
            Contract
          </Head>
          <Head left>Product</Head>
          <Head sortKey="quantity" sort={sort} onSort={onSort}>
            Qty
          </Head>
          <Head>Avg</Head>
          <Head>LTP</Head>
          <Head sortKey="pnl" sort={sort} onSort={onSort}>
            P&L
          </Head>
          <Head className="max-lg:hidden">Unrealised</Head>
          <Head className="max-lg:hidden">Realised</Head>
        </tr>
      </thead>
      <tbody>
        {sortPositions(rows, sort).map((row) => (
          <Fragment key={row.id}>
            <Row row={row} open={open.has(row.id)} onToggle={() => toggle(row.id)} />
            {open.has(row.id) && <Lots row={row} />}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}
