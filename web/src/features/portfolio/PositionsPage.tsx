// Positions: one row for each contract and product over all brokers, each opening into its lots; what they earn is pinned.
import { useMemo } from "react";
import type { PositionLot } from "@/api";
import { Gain } from "@/components/figures";
import { Grid, type Parts } from "@/components/grid";
import { Empty } from "@/components/surface";
import { ExitAllButton } from "@/features/exits/ExitAllButton";
import { PositionActions } from "@/features/exits/PositionActions";
import { usePhone } from "@/lib/hooks";
import { t } from "@/text";
import { BrokerChips, PortfolioFrame } from "./Frame";
import { Sum } from "./live";
import { PositionCard } from "./PositionCard";
import { positionColumns } from "./positionColumns";
import type { LivePosition } from "./valuation";

type Row = LivePosition;

const parts: Parts<Row, PositionLot> = {
  of: (row) => row.lots,
  id: (lot) => lot.account,
  tone: (lot) => (lot.stale ? "text-stale" : "text-quiet"),
};
const idOf = (row: Row) => row.id;
const nameOf = (row: Row) => row.source.symbol;
const symbolOf = (row: Row) => row.symbol;
const toneOf = (row: Row) => (row.stale || row.quantity === 0 ? "text-stale" : undefined);
const textOf = (row: Row) =>
  [row.source.symbol, row.source.name, row.source.product, ...row.lots.map((lot) => `${lot.broker} ${lot.label}`)].join(
    " ",
  );
const first = { key: "quantity", descending: true };

/** The line as it is looked at: with a broker chosen, its part alone is exited. */
const partOf = (row: Row) => ({ ...row.source, quantity: row.quantity, lots: row.lots });
const actionsOf = (row: Row) => <PositionActions position={partOf(row)} />;

/** The phone has no foot of a table: what they earn together stands above them and stays. */
function PhoneTotal({ rows }: { rows: readonly Row[] }) {
  return (
    <dl className="sticky top-(--head) z-10 flex justify-between border-b border-line bg-ground px-4 py-2 mb-2">
      <dt className="text-quiet">{t("portfolio:positions_pnl")}</dt>
      <dd className="text-base font-medium">
        <Sum rows={rows} of={(row) => row.pnl}>
          {(sum) => <Gain value={sum} reason={t("portfolio:a_part_unknown")} />}
        </Sum>
      </dd>
    </dl>
  );
}

export function PositionsPage() {
  const columns = useMemo(positionColumns, []);
  const phone = usePhone();
  return (
    <PortfolioFrame title={t("portfolio:positions")}>
      {({ data, positions }) => (
        <>
          {phone && positions.length > 0 && <PhoneTotal rows={positions} />}
          <Grid
            id="positions"
            label={t("portfolio:positions")}
            columns={columns}
            rows={positions}
            rowId={idOf}
            name={nameOf}
            symbol={symbolOf}
            tone={toneOf}
            find={textOf}
            first={first}
            parts={parts}
            actions={actionsOf}
            card={(row, opened) => (
              <PositionCard row={row} actions={<PositionActions position={partOf(row)} form="card" />} {...opened} />
            )}
            lead={<BrokerChips data={data} />}
            tools={positions.some((row) => row.quantity !== 0) && <ExitAllButton />}
            empty={<Empty title={t("portfolio:no_positions")}>{t("portfolio:no_positions_about")}</Empty>}
          />
        </>
      )}
    </PortfolioFrame>
  );
}
