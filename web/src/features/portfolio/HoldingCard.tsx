// A holding on the phone: two lines, swiped to buy or sell; a tap opens its lots and the same actions as buttons.
import { Link } from "react-router";
import { useAppDispatch } from "@/api/dispatch";
import { BrokerBadge, Tag } from "@/components/badge";
import { Button, buttonLook } from "@/components/button";
import { Age, Amount, Gain, Percent } from "@/components/figures";
import type { Opened } from "@/components/grid";
import { MoveCell, PriceCell } from "@/features/market/PriceCell";
import { openTicket } from "@/features/ticket/state";
import { SwipeRow } from "@/gestures";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { t } from "@/text";
import { Leave, lotNotes } from "./holdingColumns";
import { Live } from "./live";
import { seedOf } from "./seeds";
import type { LiveHolding } from "./valuation";

export function HoldingCard({ row, open, toggle }: Opened & { row: LiveHolding }) {
  const dispatch = useAppDispatch();
  const { source } = row;
  const grey = row.stale ? "text-stale" : undefined;
  const buy = () => dispatch(openTicket(seedOf(row, "BUY")));
  const sell = () => dispatch(openTicket(seedOf(row, "SELL")));
  return (
    <div data-symbol={row.symbol}>
      <SwipeRow onBuy={buy} onSell={sell}>
        <button
          type="button"
          aria-expanded={open}
          onClick={toggle}
          className={cx("flex min-h-16 w-full items-center justify-between gap-3 px-4 py-2 text-left", grey)}
        >
          <span className="min-w-0">
            <span className="flex items-center gap-1.5">
              <span className="truncate text-base font-medium">{source.symbol}</span>
              {row.lots.map((lot) => (
                <BrokerBadge key={`${lot.account} ${lot.product}`} broker={lot.broker} stale={lot.stale} />
              ))}
            </span>
            <span className="block text-xs whitespace-nowrap text-faint">
              {t("portfolio:quantity_at", { quantity: money.quantity(row.quantity), price: money.price(row.average) })}{" "}
              <Live row={row}>{(now) => <Amount value={now.value} brief reason={t("portfolio:no_price")} />}</Live>
            </span>
          </span>
          <span className="shrink-0 text-right">
            <Live row={row}>
              {(now) => (
                <span className="block text-base">
                  <Gain value={now.pnl} className={grey} reason={t("portfolio:no_price")} />{" "}
                  {now.pnlPercent !== null && (
                    <span className="text-xs">
                      <Percent value={now.pnlPercent} className={grey} />
                    </span>
                  )}
                </span>
              )}
            </Live>
            <span className="block text-xs text-quiet">
              <PriceCell symbol={row.symbol} fallback={source.last_price} fallbackAt={source.price_as_of} />{" "}
              <MoveCell symbol={row.symbol} percent={source.day_change_percent} />
            </span>
          </span>
        </button>
      </SwipeRow>
      {open && (
        <div className="bg-panel px-4 pt-1 pb-3">
          <ul>
            {row.lots.map((lot) => (
              <li key={`${lot.account} ${lot.product}`} className={cx("py-1.5", lot.stale && "text-stale")}>
                <span className="flex items-center gap-2">
                  <BrokerBadge broker={lot.broker} stale={lot.stale} />
                  <span className="min-w-0 flex-1 truncate">{lot.label}</span>
                  {lot.stale && <Age at={lot.as_of} />}
                  <span>
                    {t("portfolio:quantity_at", {
                      quantity: money.quantity(lot.quantity),
                      price: money.price(lot.average_price),
                    })}
                  </span>
                </span>
                <span className="flex flex-wrap items-center gap-1 pl-[26px]">
                  {lotNotes(lot).map((note) => (
                    <Tag key={note}>{note}</Tag>
                  ))}
                  <Leave lot={lot} />
                </span>
              </li>
            ))}
          </ul>
          <div className="mt-1 flex gap-2">
            <Button look="buy" className="flex-1" onClick={buy}>
              {t("common:buy")}
            </Button>
            <Button look="sell" className="flex-1" onClick={sell}>
              {t("common:sell")}
            </Button>
            <Link to={`/i/${encodeURIComponent(row.symbol)}`} className={cx(buttonLook({}), "flex-1")}>
              {t("portfolio:chart")}
            </Link>
          </div>
        </div>
      )}
    </div>
  );
}
