// One portfolio over all brokers: totals, gaps, holdings by ISIN, positions by contract, funds by broker.
import { Download } from "lucide-react";
import { useEffect, useState } from "react";
import { useLocation } from "react-router";
import { inWords, type Portfolio, problemOf } from "@/api";
import { BrokerBadge, brokerName } from "@/components/badge";
import { Button } from "@/components/button";
import { Chips } from "@/components/field";
import { Age, Amount, Gain } from "@/components/figures";
import { Empty, Notice, Waiting } from "@/components/surface";
import { FirstRun } from "@/features/brokers/FirstRun";
import { cx } from "@/lib/classes";
import { saveFile } from "@/lib/files";
import { usePhone } from "@/lib/hooks";
import { usePrefs } from "@/lib/prefs";
import { holdingsCsv } from "./csv";
import { Gaps, withoutWords } from "./Gaps";
import { HoldingsTable } from "./HoldingsTable";
import { sortHoldings } from "./order";
import { PhoneHoldings, PhonePositions } from "./PhoneLists";
import { PositionsTable } from "./PositionsTable";
import { TotalsStrip } from "./TotalsStrip";
import { useLivePortfolio } from "./useLivePortfolio";
import { type LivePosition, total } from "./valuation";

function SectionHead({
  id,
  title,
  count,
  children,
}: {
  id: string;
  title: string;
  count: number;
  children?: React.ReactNode;
}) {
  return (
    <div className="flex h-10 items-center justify-between border-t border-line px-4">
      <h2 id={id} tabIndex={-1} className="scroll-mt-16 text-base font-semibold outline-none">
        {title} <span className="font-normal text-faint">{count}</span>
      </h2>
      {children}
    </div>
  );
}

function FundsLines({ portfolio, broker }: { portfolio: Portfolio; broker: string | undefined }) {
  const lines = portfolio.funds.filter((line) => !broker || line.broker === broker);
  return (
    <section aria-labelledby="funds">
      <SectionHead id="funds" title="Funds" count={lines.length} />
      <div className="relative overflow-x-auto">
        <table className="w-full border-collapse" aria-label="Funds by broker">
          <thead>
            <tr className="border-b border-line text-xs text-faint">
              <th scope="col" className="h-8 px-4 text-left">
                Broker
              </th>
              <th scope="col" className="px-2 text-right">
                Cash
              </th>
              <th scope="col" className="px-2 text-right max-md:hidden">
                Margin used
              </th>
              <th scope="col" className="px-2 text-right">
                Usable margin
              </th>
              <th scope="col" className="px-4 text-right">
                Read
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.account} className={cx("border-b border-line", line.stale && "text-stale")}>
                <td className="h-8 px-4">
                  <BrokerBadge broker={line.broker} stale={line.stale} named />
                </td>
                <td className="px-2 text-right">
                  <Amount value={line.cash} reason="this broker has not answered" />
                </td>
                <td className="px-2 text-right max-md:hidden">
                  <Amount value={line.margin_used} reason="this broker has not answered" />
                </td>
                <td className="px-2 text-right">
                  <Amount value={line.margin_available} reason="this broker has not answered" />
                </td>
                <td className="px-4 text-right text-xs">
                  <Age at={line.as_of} fresh={line.stale ? -1 : 60} quietWhenFresh />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** What the positions earn together; a dash while a part of it is not known. */
function PositionsTotal({ rows }: { rows: readonly LivePosition[] }) {
  return (
    <p className="text-quiet">
      P&L{" "}
      <Gain value={total(rows.map((row) => row.pnl))} className="font-medium" reason="a position has no price yet" />
    </p>
  );
}

export function PortfolioPage() {
  const [filter, setFilter] = useState("all");
  const broker = filter === "all" ? undefined : filter;
  const { data, live, error, refetch, isFetching } = useLivePortfolio(broker);
  const { holdingsSort } = usePrefs();
  const phone = usePhone();
  const { hash } = useLocation();
  const ready = Boolean(data);

  useEffect(() => {
    if (!hash || !ready) return;
    const place = document.getElementById(hash.slice(1));
    place?.scrollIntoView({ block: "start" });
    const row = place?.closest("section")?.querySelector<HTMLElement>("[data-row]");
    (row ?? place)?.focus({ preventScroll: true });
  }, [hash, ready]);

  if (!data || !live) {
    if (error) {
      return (
        <Notice tone="bad" className="m-4" action={<Button onClick={refetch}>Try again</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      );
    }
    return <Waiting rows={12} />;
  }
  if (data.funds.length === 0 && data.gaps.length === 0 && data.holdings.length === 0) return <FirstRun />;

  const names = [...new Set([...data.funds, ...data.gaps].map((line) => line.broker))];
  const gaps = data.gaps.filter((gap) => !broker || gap.broker === broker);
  const holdings = sortHoldings(live.holdings, holdingsSort);
  return (
    <div aria-busy={isFetching}>
      <h1 className="sr-only">Portfolio</h1>
      <TotalsStrip totals={live.totals} without={withoutWords(gaps)} />
      <Gaps gaps={gaps} counted={(gap) => data.funds.some((line) => line.account === gap.account)} />
      {error && (
        <Notice tone="warning" className="mx-4 mb-3">
          TradeMaster does not answer; these are the numbers of <Age at={data.as_of} />.
        </Notice>
      )}
      <div className="px-4 pb-3">
        <Chips
          label="Broker"
          value={filter}
          onChange={setFilter}
          choices={[{ value: "all", label: "All" }, ...names.map((name) => ({ value: name, label: brokerName(name) }))]}
        />
      </div>
      <section aria-labelledby="holdings">
        <SectionHead id="holdings" title="Holdings" count={holdings.length}>
          <Button
            look="ghost"
            size="sm"
            className="max-md:hidden"
            onClick={() => saveFile("holdings.csv", holdingsCsv(holdings))}
          >
            <Download className="size-3.5" /> CSV
          </Button>
        </SectionHead>
        {holdings.length === 0 ? (
          <Empty title="No holdings here">Shares you buy for delivery appear here once settled or on their way.</Empty>
        ) : phone ? (
          <PhoneHoldings rows={holdings} />
        ) : (
          <HoldingsTable rows={holdings} />
        )}
      </section>
      <section aria-labelledby="positions">
        <SectionHead id="positions" title="Positions" count={live.positions.length}>
          {live.positions.length > 0 && <PositionsTotal rows={live.positions} />}
        </SectionHead>
        {live.positions.length === 0 ? (
          <p className="border-b border-line px-4 pb-4 text-quiet">No open positions today.</p>
        ) : phone ? (
          <PhonePositions rows={live.positions} />
        ) : (
          <PositionsTable rows={live.positions} />
        )}
      </section>
      <FundsLines portfolio={data} broker={broker} />
    </div>
  );
}
