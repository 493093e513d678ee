// The columns of profits: what was closed, what is still open, what it cost, and what is left.
import "@/text/rooms/pnl";
import { Link } from "react-router";
import type { Account, ProfitGroup, ProfitRow } from "@/api";
import { BrokerBadge, Tag } from "@/components/badge";
import { Amount, Gain } from "@/components/figures";
import type { Column } from "@/components/grid";
import * as money from "@/lib/money";
import { dayName } from "@/lib/time";
import { t } from "@/text";

export const symbolOf = (row: ProfitRow): string | null =>
  row.exchange && row.symbol ? `${row.exchange}:${row.symbol}` : null;
export const idOf = (row: ProfitRow): string => `${row.account ?? ""} ${symbolOf(row) ?? ""} ${row.day ?? ""}`.trim();

export function titleOf(row: ProfitRow, accounts: readonly Account[]): string {
  if (row.day) return dayName(row.day);
  return row.symbol ?? accounts.find((account) => account.id === row.account)?.label ?? row.account ?? "";
}

/** Units that were sold and nobody saw being bought: what they earned is not known. */
export function Unseen({ units }: { units: number }) {
  if (units === 0) return null;
  return <Tag title={t("pnl:unseen_about")}>{t("pnl:unseen", { count: units, units: money.quantity(units) })}</Tag>;
}

function Lead({ row, accounts }: { row: ProfitRow; accounts: readonly Account[] }) {
  const symbol = symbolOf(row);
  const account = accounts.find((each) => each.id === row.account);
  const title = titleOf(row, accounts);
  return (
    <>
      {account && !symbol && <BrokerBadge broker={account.broker} />}
      {symbol ? (
        <Link to={`/i/${encodeURIComponent(symbol)}`} className="font-medium hover:underline">
          {title}
        </Link>
      ) : (
        <span className="font-medium">{title}</span>
      )}
      {row.exchange && <Tag>{row.exchange}</Tag>}
      <Unseen units={row.unseen_quantity} />
    </>
  );
}

type Figure = "realised" | "unrealised" | "gross" | "net";

function gained(key: Figure, from?: "lg"): Column<ProfitRow> {
  return {
    key,
    label: t(`pnl:columns.${key}`),
    title: t(`pnl:columns_about.${key}`),
    from,
    sort: (row) => money.parse(row[key]),
    cell: (row) => (
      <Gain value={row[key]} reason={row.unseen_quantity > 0 ? t("pnl:unseen_about") : t("portfolio:no_price")} />
    ),
  };
}

export const profitColumns = (group: ProfitGroup, accounts: readonly Account[]): Column<ProfitRow>[] => [
  {
    key: "group",
    label: t(`pnl:groups.${group}`),
    left: true,
    sort: (row) => (group === "day" ? row.day : titleOf(row, accounts)),
    csv: (row) => symbolOf(row) ?? row.day ?? titleOf(row, accounts),
    cell: (row) => <Lead row={row} accounts={accounts} />,
  },
  {
    key: "closed",
    label: t("pnl:columns.closed"),
    title: t("pnl:columns_about.closed"),
    from: "xl",
    sort: (row) => row.closed_quantity,
    cell: (row) => money.quantity(row.closed_quantity),
  },
  {
    key: "open",
    label: t("pnl:columns.open"),
    title: t("pnl:columns_about.open"),
    from: "xl",
    sort: (row) => row.open_quantity,
    cell: (row) => money.quantity(row.open_quantity),
  },
  gained("realised"),
  gained("unrealised", "lg"),
  { ...gained("gross"), hidden: true },
  {
    key: "charges",
    label: t("pnl:columns.charges"),
    title: t("pnl:columns_about.charges"),
    sort: (row) => money.parse(row.charges),
    cell: (row) => (
      <span className="inline-flex items-center gap-1">
        {row.charges_estimated && <Tag title={t("pnl:estimated_about")}>{t("pnl:estimated")}</Tag>}
        <Amount value={row.charges} reason={t("pnl:charges_unknown")} />
      </span>
    ),
  },
  gained("net"),
];
