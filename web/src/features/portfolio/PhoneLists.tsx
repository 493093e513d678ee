// Holdings and positions on the phone: two lines a row, a tap opens the lots and the actions.
import { useState } from "react";
import { useAppDispatch } from "@/api/dispatch";
import { BrokerBadge, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Age, Amount, Gain, Percent } from "@/components/figures";
import { MoveCell, PriceCell } from "@/features/market/PriceCell";
import { openTicket, type Seed } from "@/features/ticket/state";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { exitOf } from "./exit";
import type { LiveHolding, LivePosition } from "./valuation";

interface ItemProps {
  row: LiveHolding | LivePosition;
  name: string;
  detail: React.ReactNode;
  badge?: string;
  actions: { label: string; look: "buy" | "sell" | "plain"; seed: Seed }[];
}

function Item({ row, name, detail, badge, actions }: ItemProps) {
  const [open, setOpen] = useState(false);
  const dispatch = useAppDispatch();
  const grey = row.stale ? "text-stale" : undefined;
  return (
    <li className="border-b border-line" data-symbol={row.symbol}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className={cx("flex min-h-16 w-full items-center justify-between gap-3 px-4 py-2 text-left", grey)}
      >
        <span className="min-w-0">
          <span className="flex items-center gap-1.5">
            <span className="truncate text-base font-medium">{name}</span>
            {badge && <Tag>{badge}</Tag>}
            {row.lots.map((lot) => (
              <BrokerBadge
                key={`${lot.account} ${"product" in lot ? lot.product : ""}`}
                broker={lot.broker}
                stale={lot.stale}
              />
            ))}
          </span>
          <span className="block text-xs text-faint">{detail}</span>
        </span>
        <span className="text-right">
          <span className="block text-base">
            <Gain value={row.pnl} className={grey} reason="no price received yet" />
          </span>
          <span className="block text-xs text-quiet">
            <PriceCell symbol={row.symbol} fallback={row.source.last_price} fallbackAt={row.source.price_as_of} />{" "}
            <MoveCell
              symbol={row.symbol}
              percent={"day_change_percent" in row.source ? row.source.day_change_percent : null}
            />
          </span>
        </span>
      </button>
      {open && (
        <div className="bg-panel px-4 pt-1 pb-3">
          <ul>
            {row.lots.map((lot) => (
              <li
                key={`${lot.account} ${"product" in lot ? lot.product : ""}`}
                className={cx("flex h-9 items-center gap-2", lot.stale && "text-stale")}
              >
                <BrokerBadge broker={lot.broker} stale={lot.stale} />
                <span className="min-w-0 flex-1 truncate">
                  {lot.label} {lot.stale && <Age at={lot.as_of} />}
                </span>
                <span>
                  {money.quantity(lot.quantity)} × {money.price(lot.average_price)}
                </span>
              </li>
            ))}
          </ul>
          <div className="mt-1 flex gap-2">
            {actions.map(({ label, look, seed }) => (
              <Button key={label} look={look} className="flex-1" onClick={() => dispatch(openTicket(seed))}>
                {label}
              </Button>
            ))}
          </div>
        </div>
      )}
    </li>
  );
}

export function PhoneHoldings({ rows }: { rows: readonly LiveHolding[] }) {
  return (
    <ul aria-label="Holdings">
      {rows.map((row) => (
        <Item
          key={row.id}
          row={row}
          name={row.source.symbol}
          detail={
            <>
              {money.quantity(row.quantity)} × {money.price(row.average)} · <Amount value={row.value} brief />{" "}
              {row.pnlPercent !== null && <Percent value={row.pnlPercent} className={row.stale ? "text-stale" : ""} />}
            </>
          }
          actions={[
            { label: "Buy", look: "buy", seed: { symbol: row.symbol, side: "BUY", product: "CNC" } },
            { label: "Sell", look: "sell", seed: { symbol: row.symbol, side: "SELL", product: "CNC" } },
          ]}
        />
      ))}
    </ul>
  );
}

export function PhonePositions({ rows }: { rows: readonly LivePosition[] }) {
  return (
    <ul aria-label="Positions">
      {rows.map((row) => {
        const exit = exitOf(row);
        return (
          <Item
            key={row.id}
            row={row}
            name={row.source.symbol}
            badge={row.source.product}
            detail={`${money.quantity(row.quantity, { sign: true })} × ${money.price(row.average)}`}
            actions={exit ? [{ label: "Exit", look: "plain", seed: exit }] : []}
          />
        );
      })}
    </ul>
  );
}
