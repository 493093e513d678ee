// Required against available margin, broker by broker.
import { type Decision, useGetPortfolioQuery } from "@/api";
import { BrokerBadge } from "@/components/badge";
import { Amount } from "@/components/figures";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";

export function Margins({ decision }: { decision: Decision | undefined }) {
  const { data } = useGetPortfolioQuery();
  if (!data?.funds.length) return null;
  return (
    <table className="w-full text-xs" aria-label="Margin by broker">
      <thead>
        <tr className="text-faint">
          <th scope="col" className="h-6 text-left font-normal">
            Margin
          </th>
          <th scope="col" className="text-right font-normal">
            Required
          </th>
          <th scope="col" className="text-right font-normal">
            Available
          </th>
        </tr>
      </thead>
      <tbody>
        {data.funds.map((line) => {
          const leg = decision?.plan?.find((part) => part.account === line.account);
          const [required, free] = [money.parse(leg?.margin_required), money.parse(line.margin_available)];
          const short = required !== null && free !== null && required > free;
          return (
            <tr key={line.account} className={cx("border-t border-line", line.stale && "text-stale")}>
              <td className="h-7">
                <BrokerBadge broker={line.broker} stale={line.stale} named />
              </td>
              <td className={cx("text-right", short && "text-loss")}>
                {leg ? <Amount value={leg.margin_required} /> : <span className="text-faint">not used</span>}
              </td>
              <td className="text-right">
                <Amount value={line.margin_available} reason="this broker has not answered" />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
