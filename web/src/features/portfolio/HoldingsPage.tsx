// Holdings: one row for each ISIN over all brokers, each opening into the lots that lie at each of them.
import { useMemo } from "react";
import { Link } from "react-router";
import type { HoldingLot } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { Button, buttonLook } from "@/components/button";
import { Grid, type Parts } from "@/components/grid";
import { Empty } from "@/components/surface";
import { openTicket } from "@/features/ticket/state";
import { t } from "@/text";
import { BrokerChips, PortfolioFrame } from "./Frame";
import { HoldingCard } from "./HoldingCard";
import { holdingColumns } from "./holdingColumns";
import { seedOf } from "./seeds";
import type { LiveHolding } from "./valuation";

type Row = LiveHolding;

const parts: Parts<Row, HoldingLot> = {
  of: (row) => row.lots,
  id: (lot) => `${lot.account} ${lot.product}`,
  tone: (lot) => (lot.stale ? "text-stale" : "text-quiet"),
};
const idOf = (row: Row) => row.id;
const nameOf = (row: Row) => row.source.symbol;
const symbolOf = (row: Row) => row.symbol;
const toneOf = (row: Row) => (row.stale ? "text-stale" : undefined);
const textOf = (row: Row) =>
  [row.source.symbol, row.source.name, row.source.isin, ...row.lots.map((lot) => `${lot.broker} ${lot.label}`)].join(
    " ",
  );
const first = { key: "value", descending: true };

function Actions({ row }: { row: Row }) {
  const dispatch = useAppDispatch();
  const name = row.source.symbol;
  return (
    <>
      <Button
        look="buy"
        size="sm"
        aria-label={t("portfolio:buy_name", { name })}
        onClick={() => dispatch(openTicket(seedOf(row, "BUY")))}
      >
        {t("common:buy")}
      </Button>
      <Button
        look="sell"
        size="sm"
        aria-label={t("portfolio:sell_name", { name })}
        onClick={() => dispatch(openTicket(seedOf(row, "SELL")))}
      >
        {t("common:sell")}
      </Button>
    </>
  );
}
const actionsOf = (row: Row) => <Actions row={row} />;

export function HoldingsPage() {
  const columns = useMemo(holdingColumns, []);
  return (
    <PortfolioFrame title={t("portfolio:holdings")}>
      {({ data, holdings }) => (
        <Grid
          id="holdings"
          label={t("portfolio:holdings")}
          columns={columns}
          rows={holdings}
          rowId={idOf}
          name={nameOf}
          symbol={symbolOf}
          tone={toneOf}
          find={textOf}
          first={first}
          parts={parts}
          actions={actionsOf}
          card={(row, opened) => <HoldingCard row={row} {...opened} />}
          lead={<BrokerChips data={data} />}
          empty={
            <Empty
              title={t("portfolio:no_holdings")}
              action={
                <Link to="/watchlist" className={buttonLook({ look: "plain" })}>
                  {t("portfolio:to_watchlist")}
                </Link>
              }
            >
              {t("portfolio:no_holdings_about")}
            </Empty>
          }
        />
      )}
    </PortfolioFrame>
  );
}
