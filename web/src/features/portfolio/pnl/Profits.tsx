// Realised and unrealised, before and after charges, by instrument, account or day; each opens into its lots and comparison.
import "@/text/rooms/pnl";
import { useMemo, useState } from "react";
import {
  type Account,
  inWords,
  type ProfitGroup,
  type ProfitRow,
  type Profits as ProfitsTold,
  problemOf,
  useGetPnlQuery,
} from "@/api";
import { Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Segmented } from "@/components/field";
import { Amount, Gain } from "@/components/figures";
import { Grid, type Opened } from "@/components/grid";
import { Empty, Notice, Waiting } from "@/components/surface";
import { cx } from "@/lib/classes";
import { Trans, t } from "@/text";
import { BesideTable } from "./Beside";
import type { Days } from "./days";
import { LotsOf } from "./LotsOf";
import { idOf, profitColumns, symbolOf, titleOf, Unseen } from "./profitColumns";

interface Props {
  days: Days;
  account: string | undefined;
  accounts: readonly Account[];
  onImport: () => void;
}

const groups: readonly ProfitGroup[] = ["instrument", "account", "day"];
const byNet = { key: "net", descending: true };
const byDay = { key: "group", descending: true };

function Heroes({ total }: { total: ProfitsTold["total"] }) {
  const reason = total.unseen_quantity > 0 ? t("pnl:unseen_about") : t("portfolio:no_price");
  const figures = [
    ["net", <Gain key="net" value={total.net} reason={reason} />],
    ["realised", <Gain key="realised" value={total.realised} reason={reason} />],
    ["unrealised", <Gain key="unrealised" value={total.unrealised} reason={t("portfolio:no_price")} />],
    ["charges", <Amount key="charges" value={total.charges} reason={t("pnl:charges_unknown")} />],
  ] as const;
  return (
    <>
      <dl
        aria-label={t("pnl:sums")}
        className="grid grid-cols-2 gap-x-6 gap-y-3 px-4 pb-3 md:flex md:flex-wrap md:gap-x-10"
      >
        {figures.map(([key, figure], at) => (
          <div key={key} className={cx("min-w-0", at === 0 && "max-md:col-span-2")}>
            <dt className="text-xs text-faint" title={t(`pnl:columns_about.${key}`)}>
              {t(`pnl:columns.${key}`)}
            </dt>
            <dd className={at === 0 ? "text-2xl font-semibold tracking-tight" : "text-lg font-medium"}>
              {figure}{" "}
              {key === "charges" && total.charges_estimated && (
                <Tag title={t("pnl:estimated_about")}>{t("pnl:estimated")}</Tag>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {total.realised === null && (
        <p className="px-4 pb-3 text-xs text-quiet">
          <Trans
            k="pnl:known_part"
            values={{ count: total.unseen_quantity }}
            components={{ amount: <Gain value={total.realised_known} /> }}
          />
        </p>
      )}
    </>
  );
}

function Detail({
  row,
  account,
  accounts,
}: {
  row: ProfitRow;
  account: string | undefined;
  accounts: readonly Account[];
}) {
  const symbol = symbolOf(row);
  return (
    <div className="flex flex-col gap-4 py-1">
      {row.beside.length > 0 && (
        <BesideTable list={row.beside} accounts={accounts} label={t("pnl:beside")} named={!symbol} />
      )}
      {symbol && <LotsOf instrument={symbol} account={row.account ?? account} accounts={accounts} />}
      {!symbol && row.beside.length === 0 && <p className="text-quiet">{t("pnl:nothing_beside")}</p>}
    </div>
  );
}

function ProfitCard({
  row,
  title,
  detail,
  open,
  toggle,
}: Opened & { row: ProfitRow; title: string; detail: React.ReactNode }) {
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={toggle}
        className="flex min-h-16 w-full items-center justify-between gap-3 px-4 py-2 text-left"
      >
        <span className="min-w-0">
          <span className="block truncate text-base font-medium">{title}</span>
          <span className="block text-xs text-faint">
            {t("pnl:columns.charges")} <Amount value={row.charges} reason={t("pnl:charges_unknown")} />
          </span>
          <Unseen units={row.unseen_quantity} />
        </span>
        <span className="shrink-0 text-right">
          <span className="block text-base">
            <Gain value={row.net} reason={t("pnl:unseen_about")} />
          </span>
          <span className="block text-xs text-faint">
            {t("pnl:columns.realised")} <Gain value={row.realised} reason={t("pnl:unseen_about")} />
          </span>
        </span>
      </button>
      {open && <div className="bg-panel px-4 py-2">{detail}</div>}
    </div>
  );
}

export function Profits({ days, account, accounts, onImport }: Props) {
  const [group, setGroup] = useState<ProfitGroup>("instrument");
  const { currentData: data, error, refetch } = useGetPnlQuery({ group, account, ...days });
  const columns = useMemo(() => profitColumns(group, accounts), [group, accounts]);
  const name = useMemo(() => (row: ProfitRow) => titleOf(row, accounts), [accounts]);
  const expand = useMemo(
    () => (row: ProfitRow) => <Detail row={row} account={account} accounts={accounts} />,
    [account, accounts],
  );
  if (error) {
    return (
      <Notice tone="bad" className="mx-4" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
        {inWords(problemOf(error))}
      </Notice>
    );
  }
  if (!data) return <Waiting rows={8} />;
  return (
    <>
      <Heroes total={data.total} />
      {data.notes.length > 0 && (
        <ul className="px-4 pb-3 text-xs text-quiet">
          {data.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <Grid
        key={group}
        id={`profits-${group}`}
        label={t("pnl:label")}
        columns={columns}
        rows={data.rows}
        rowId={idOf}
        name={name}
        symbol={symbolOf}
        find={name}
        first={group === "day" ? byDay : byNet}
        expand={group === "day" ? undefined : expand}
        card={(row, opened) => <ProfitCard row={row} title={name(row)} detail={expand(row)} {...opened} />}
        lead={
          <div className="flex">
            <Segmented
              label={t("pnl:by")}
              hideLabel
              value={group}
              onChange={setGroup}
              choices={groups.map((value) => ({ value, label: t(`pnl:groups.${value}`) }))}
            />
          </div>
        }
        empty={
          <Empty title={t("pnl:none")} action={<Button onClick={onImport}>{t("pnl:import")}</Button>}>
            {t("pnl:none_about")}
          </Empty>
        }
      />
      {data.without_trades.length > 0 && (
        <details className="mt-4 border-t border-line px-4 pt-3" open={data.rows.length === 0}>
          <summary className="py-1 text-base font-semibold max-md:py-2.5">
            {t("pnl:without_trades")} <span className="font-normal text-faint">{data.without_trades.length}</span>
          </summary>
          <p className="max-w-2xl pb-2 text-quiet">{t("pnl:without_trades_about")}</p>
          <BesideTable
            list={data.without_trades}
            accounts={accounts}
            label={t("pnl:without_trades")}
            named
            brokersAlone
          />
        </details>
      )}
    </>
  );
}
