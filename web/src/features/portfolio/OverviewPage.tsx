// Where one stands: what it is worth, what it earned, what needs a person, what it is made of and what moved.
import { Link } from "react-router";
import { buttonLook } from "@/components/button";
import { useMedia } from "@/lib/hooks";
import { t } from "@/text";
import { Allocation } from "./Allocation";
import { Attention } from "./Attention";
import { EquityCurve } from "./EquityCurve";
import { Ages, BrokerChips, PortfolioFrame, type View } from "./Frame";
import { withoutWords } from "./Gaps";
import { Movers } from "./Movers";
import { TodaysOrders } from "./TodaysOrders";
import { TotalsStrip } from "./TotalsStrip";
import { useLivePortfolio } from "./useLivePortfolio";

function Overview({ data, broker, holdings }: View) {
  const { live } = useLivePortfolio(broker);
  const gaps = data.gaps.filter((gap) => !broker || gap.broker === broker);
  const wide = useMedia("(min-width: 1280px)");
  if (!live) return null;
  return (
    <>
      <TotalsStrip totals={live.totals} without={withoutWords(gaps)} />
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pb-3">
        <BrokerChips data={data} />
        <Ages data={data} />
      </div>
      {holdings.length === 0 && live.positions.length === 0 && (
        <div className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-4">
          <p className="text-quiet">{t("portfolio:nothing_yet")}</p>
          <Link to="/watchlist" className={buttonLook({})}>
            {t("portfolio:to_watchlist")}
          </Link>
        </div>
      )}
      {!wide && <Attention />}
      <div className="xl:grid xl:grid-cols-[minmax(0,1fr)_400px]">
        <div className="min-w-0 xl:border-r xl:border-line">
          <EquityCurve broker={broker} />
          <Movers live={live} />
        </div>
        <div className="min-w-0">
          {wide && <Attention />}
          <TodaysOrders />
          <Allocation />
        </div>
      </div>
    </>
  );
}

export function OverviewPage() {
  return (
    <PortfolioFrame title={t("portfolio:portfolio")} quiet>
      {(view) => <Overview {...view} />}
    </PortfolioFrame>
  );
}
