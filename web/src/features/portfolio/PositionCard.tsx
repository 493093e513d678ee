// A position on the phone: two lines, swiped for more or less of it; a tap opens its lots and what can be done with it.
import { Link } from "react-router";
import { useAppDispatch } from "@/api/dispatch";
import { BrokerBadge, Tag } from "@/components/badge";
import { buttonLook } from "@/components/button";
import { Age, Gain } from "@/components/figures";
import type { Opened } from "@/components/grid";
import { MoveCell, PriceCell } from "@/features/market/PriceCell";
import { openTicket } from "@/features/ticket/state";
import { SwipeRow } from "@/gestures";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { t } from "@/text";
import { Live } from "./live";
import type { LivePosition } from "./valuation";

interface Props extends Opened {
  row: LivePosition;
  actions: React.ReactNode;
}

export function PositionCard({ row, open, toggle, actions }: Props) {
  const dispatch = useAppDispatch();
  const { source } = row;
  const grey = row.stale || row.quantity === 0 ? "text-stale" : undefined;
  const trade = (side: "BUY" | "SELL") => dispatch(openTicket({ symbol: row.symbol, side, product: source.product }));
  return (
    <div data-symbol={row.symbol}>
      <SwipeRow onBuy={() => trade("BUY")} onSell={() => trade("SELL")}>
        <button
          type="button"
          aria-expanded={open}
          onClick={toggle}
          className={cx("flex min-h-16 w-full items-center justify-between gap-3 px-4 py-2 text-left", grey)}
        >
          <span className="min-w-0">
            <span className="flex items-center gap-1.5">
              <span className="truncate text-base font-medium">{source.symbol}</span>
              <Tag>{source.product}</Tag>
              {row.lots.map((lot) => (
                <BrokerBadge key={lot.account} broker={lot.broker} stale={lot.stale} />
              ))}
            </span>
            <span className="block text-xs whitespace-nowrap text-faint">
              {t("portfolio:quantity_at", {
                quantity: money.quantity(row.quantity, { sign: true }),
                price: money.price(row.average),
              })}
            </span>
          </span>
          <span className="shrink-0 text-right">
            <span className="block text-base">
              <Live row={row}>
                {(now) => <Gain value={now.pnl} className={grey} reason={t("portfolio:no_price")} />}
              </Live>
            </span>
            <span className="block text-xs text-quiet">
              <PriceCell symbol={row.symbol} fallback={source.last_price} fallbackAt={source.price_as_of} />{" "}
              <MoveCell symbol={row.symbol} />
            </span>
          </span>
        </button>
      </SwipeRow>
      {open && (
        <div className="bg-panel px-4 pt-1 pb-3">
          <dl className="grid grid-cols-2 gap-x-4 py-1 text-xs">
            {(["unrealised", "realised"] as const).map((part) => (
              <div key={part} className="flex justify-between gap-2">
                <dt className="text-faint">{t(`portfolio:columns.${part}`)}</dt>
                <dd>
                  <Live row={row}>{(now) => <Gain value={now[part]} reason={t("portfolio:no_cost")} />}</Live>
                </dd>
              </div>
            ))}
          </dl>
          <ul>
            {row.lots.map((lot) => (
              <li key={lot.account} className={cx("flex min-h-9 items-center gap-2", lot.stale && "text-stale")}>
                <BrokerBadge broker={lot.broker} stale={lot.stale} />
                <span className="min-w-0 flex-1 truncate">{lot.label}</span>
                {lot.stale && <Age at={lot.as_of} />}
                <span>
                  {t("portfolio:quantity_at", {
                    quantity: money.quantity(lot.quantity, { sign: true }),
                    price: money.price(lot.average_price),
                  })}
                </span>
              </li>
            ))}
          </ul>
          <div className="mt-1 flex flex-wrap gap-2 [&>*]:flex-1">
            {actions}
            <Link to={`/i/${encodeURIComponent(row.symbol)}`} className={buttonLook({})}>
              {t("portfolio:chart")}
            </Link>
          </div>
        </div>
      )}
    </div>
  );
}
