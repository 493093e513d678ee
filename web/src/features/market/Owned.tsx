// What one has of an instrument: holdings by broker, positions, open orders.
import { Link } from "react-router";
import { type StockDetail, useGetPortfolioQuery, useListOrdersQuery } from "@/api";
import { BrokerBadge, SideWord } from "@/components/badge";
import { Gain } from "@/components/figures";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { t } from "@/text";

function Part({ title, children }: { title: React.ReactNode; children: React.ReactNode }) {
  return (
    <section>
      <h3 className="mb-1 flex items-baseline justify-between text-xs text-faint">{title}</h3>
      <ul>{children}</ul>
    </section>
  );
}

const row = "flex min-h-7 items-center justify-between gap-2 border-b border-line";

export function Owned({ stock }: { stock: StockDetail }) {
  const { data } = useGetPortfolioQuery();
  const { data: orders } = useListOrdersQuery({ status: "open" });
  const holding = stock.isin ? data?.holdings.find((one) => one.isin === stock.isin) : undefined;
  const positions =
    data?.positions.filter((one) => one.exchange === stock.exchange && one.symbol === stock.trading_symbol) ?? [];
  const open =
    orders?.items.filter((one) => one.exchange === stock.exchange && one.symbol === stock.trading_symbol) ?? [];
  if (!holding && positions.length === 0 && open.length === 0)
    return <p className="py-1 text-xs text-faint">{t("market:own.none", { symbol: stock.trading_symbol })}</p>;
  return (
    <div className="space-y-4">
      {holding && (
        <Part
          title={
            <>
              <span>{t("market:own.holding", { quantity: money.quantity(holding.quantity) })}</span>
              <Gain value={holding.pnl} />
            </>
          }
        >
          {holding.lots.map((lot) => (
            <li key={`${lot.account} ${lot.exchange} ${lot.product}`} className={row}>
              <BrokerBadge broker={lot.broker} stale={lot.stale} named />
              <span className={cx(lot.stale && "text-stale")}>
                {t("market:own.at", { quantity: money.quantity(lot.quantity), price: money.price(lot.average_price) })}
              </span>
            </li>
          ))}
        </Part>
      )}
      {positions.length > 0 && (
        <Part title={t("market:own.positions")}>
          {positions.map((one) => (
            <li key={one.product} className={row}>
              <span>
                {one.product}{" "}
                {t("market:own.at", { quantity: money.quantity(one.quantity), price: money.price(one.average_price) })}
              </span>
              <Gain value={one.pnl} />
            </li>
          ))}
        </Part>
      )}
      {open.length > 0 && (
        <Part title={t("market:own.orders")}>
          {open.map((one) => (
            <li key={one.id} className={row}>
              <Link
                to={`/orders/${one.id}`}
                className="hover:underline max-md:flex max-md:min-h-11 max-md:items-center max-md:gap-1"
              >
                <SideWord side={one.side} />{" "}
                {t("market:own.order", {
                  quantity: money.quantity(one.pending_quantity),
                  price: one.price === null ? t("market:own.market") : money.price(one.price),
                })}
              </Link>
              <span className="flex gap-1">
                {[...new Set(one.children.map((child) => child.broker))].map((broker) => (
                  <BrokerBadge key={broker} broker={broker} />
                ))}
              </span>
            </li>
          ))}
        </Part>
      )}
    </div>
  );
}
