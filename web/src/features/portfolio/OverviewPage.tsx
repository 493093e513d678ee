// Where one stands: what it is worth, what it earned, what is missing, what it is made of and what moved.
import { t } from "@/text";
import { BrokerChips, PortfolioFrame, type View } from "./Frame";
import { withoutWords } from "./Gaps";
import { TotalsStrip } from "./TotalsStrip";
import { useLivePortfolio } from "./useLivePortfolio";

function Heroes({ data, broker }: View) {
  const { live } = useLivePortfolio(broker);
  const gaps = data.gaps.filter((gap) => !broker || gap.broker === broker);
  return live && <TotalsStrip totals={live.totals} without={withoutWords(gaps)} />;
}

export function OverviewPage() {
  return (
    <PortfolioFrame title={t("portfolio:portfolio")} quiet>
      {(view) => (
        <>
          <Heroes {...view} />
          <div className="px-4 pb-3">
            <BrokerChips data={view.data} />
          </div>
        </>
      )}
    </PortfolioFrame>
  );
}
