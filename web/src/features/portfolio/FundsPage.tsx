// Funds: what each broker holds in cash, what trades will bring or take, what is blocked, and what can be used.
import { useMemo, useState } from "react";
import { type Account, type Funds, useListAccountsQuery } from "@/api";
import { BrokerBadge, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Age, Amount } from "@/components/figures";
import { type Column, Grid, type Opened } from "@/components/grid";
import { Sheet } from "@/components/sheet";
import { Empty } from "@/components/surface";
import { MoveFunds } from "@/features/brokers/MoveFunds";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { t } from "@/text";
import { BrokerChips, PortfolioFrame } from "./Frame";
import { total } from "./valuation";

const idOf = (line: Funds) => line.account;
const nameOf = (line: Funds) => line.label;
const toneOf = (line: Funds) => (line.stale ? "text-stale" : undefined);

type Sum = "cash" | "unsettled" | "loan" | "margin_used" | "margin_available";

function amount(key: Sum): Column<Funds> {
  return {
    key,
    label: t(`portfolio:funds_columns.${key}`),
    title: t(`portfolio:funds_about.${key}`),
    sort: (line) => money.parse(line[key]),
    cell: (line) => <Amount value={line[key]} reason={t(`portfolio:funds_unknown.${key}`)} />,
    total: (lines) => (
      <Amount value={total(lines.map((line) => money.parse(line[key])))} reason={t("portfolio:a_part_unknown")} />
    ),
  };
}

const fundsColumns = (): Column<Funds>[] => [
  {
    key: "broker",
    label: t("portfolio:broker"),
    left: true,
    sort: (line) => line.label,
    cell: (line) => (
      <>
        <BrokerBadge broker={line.broker} stale={line.stale} />
        <span className="font-medium">{line.label}</span>
        {line.stale && <Tag title={t("portfolio:stale_about")}>{t("portfolio:stale")}</Tag>}
      </>
    ),
    total: () => t("portfolio:total"),
  },
  amount("cash"),
  { ...amount("unsettled"), from: "lg" },
  { ...amount("loan"), hidden: true },
  { ...amount("margin_used"), from: "lg" },
  amount("margin_available"),
  {
    key: "as_of",
    label: t("portfolio:columns.read"),
    sort: (line) => line.as_of,
    cell: (line) => <Age at={line.as_of} fresh={line.stale ? -1 : 60} quietWhenFresh />,
  },
];

function FundsCard({ line, action }: { line: Funds; action: React.ReactNode }) {
  return (
    <div className={cx("px-4 py-3", line.stale && "text-stale")}>
      <div className="flex items-center justify-between gap-2">
        <BrokerBadge broker={line.broker} stale={line.stale} named />
        <span className="text-xs">
          <Age at={line.as_of} fresh={line.stale ? -1 : 60} quietWhenFresh />
        </span>
      </div>
      <dl className="mt-2 grid grid-cols-2 gap-x-4 gap-y-1">
        {(["margin_available", "cash", "margin_used", "unsettled"] as const).map((key) => (
          <div key={key}>
            <dt className="text-xs text-faint">{t(`portfolio:funds_columns.${key}`)}</dt>
            <dd className={key === "margin_available" ? "text-base font-medium" : ""}>
              <Amount value={line[key]} reason={t(`portfolio:funds_unknown.${key}`)} />
            </dd>
          </div>
        ))}
      </dl>
      {action && <div className="mt-2">{action}</div>}
    </div>
  );
}

export function FundsPage() {
  const columns = useMemo(fundsColumns, []);
  const { data: accounts } = useListAccountsQuery();
  const [moving, setMoving] = useState<Account | null>(null);
  const movable = new Map(
    accounts?.filter((account) => account.capabilities.features.move_funds).map((account) => [account.id, account]),
  );
  const button = (line: Funds) => {
    const account = movable.get(line.account);
    return account ? (
      <Button
        size="sm"
        onClick={() => setMoving(account)}
        aria-label={t("portfolio:move_funds_of", { name: line.label })}
      >
        {t("portfolio:move_funds")}
      </Button>
    ) : null;
  };
  const key = [...movable.keys()].join(" ");
  // biome-ignore lint/correctness/useExhaustiveDependencies: key stands for the accounts that can move money
  const actions = useMemo(() => (key ? (line: Funds) => button(line) : undefined), [key]);
  return (
    <PortfolioFrame title={t("portfolio:funds")}>
      {({ data, broker }) => (
        <>
          <Grid
            id="funds"
            label={t("portfolio:funds_by_broker")}
            columns={columns}
            rows={data.funds.filter((line) => !broker || line.broker === broker)}
            rowId={idOf}
            name={nameOf}
            tone={toneOf}
            actions={actions}
            card={(line, _opened: Opened) => <FundsCard line={line} action={button(line)} />}
            lead={<BrokerChips data={data} />}
            empty={<Empty title={t("portfolio:no_funds")}>{t("portfolio:no_funds_about")}</Empty>}
          />
          <p className="max-w-2xl px-4 pt-3 text-xs text-faint">{t("portfolio:funds_explained")}</p>
          <Sheet
            open={moving !== null}
            onClose={() => setMoving(null)}
            title={t("portfolio:move_funds_of", { name: moving?.label ?? "" })}
          >
            {moving && (
              <div className="px-4 pb-4">
                <MoveFunds account={moving} onDone={() => setMoving(null)} />
              </div>
            )}
          </Sheet>
        </>
      )}
    </PortfolioFrame>
  );
}
