// Our own figure beside the broker's, and why they differ, cause by cause in rupees.
import type { Account, Beside as Comparison } from "@/api";
import { BrokerBadge } from "@/components/badge";
import { Amount, Gain, Unknown } from "@/components/figures";
import * as money from "@/lib/money";
import { hasText, t } from "@/text";

const causeOf = (cause: string): { word: string; about: string } => {
  const [word, about] = [`portfolio:pnl.causes.${cause}`, `portfolio:pnl.causes_about.${cause}`];
  return { word: hasText(word) ? t(word) : cause, about: hasText(about) ? t(about) : cause };
};

function Causes({ beside }: { beside: Comparison }) {
  if (beside.unknown) return <span className="text-quiet">{beside.unknown}</span>;
  if (beside.differences.length === 0) return <span className="text-quiet">{t("portfolio:pnl.same")}</span>;
  return (
    <ul>
      {beside.differences.map((one) => {
        const { word, about } = causeOf(one.cause);
        return (
          <li key={one.cause} className="flex justify-between gap-3" title={about}>
            <span className={one.cause === "unexplained" ? "text-warning" : "text-quiet"}>
              {word}
              {one.units !== 0 &&
                ` ${t("portfolio:pnl.units", { count: one.units, units: money.quantity(one.units) })}`}
            </span>
            <Amount value={one.amount} sign />
          </li>
        );
      })}
    </ul>
  );
}

interface Props {
  list: readonly Comparison[];
  accounts: readonly Account[];
  /** Names the instrument in each row, where rows are of several. */
  named?: boolean;
  label: string;
}

export function BesideTable({ list, accounts, named, label }: Props) {
  const brokerOf = (id: string) => accounts.find((account) => account.id === id);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by key
    <section className="overflow-x-auto" tabIndex={0} aria-label={label}>
      <table className="w-full text-xs" aria-label={label}>
        <thead className="text-faint">
          <tr>
            <th scope="col" className="h-8 pr-3 text-left">
              {t("portfolio:broker")}
            </th>
            {named && (
              <th scope="col" className="pr-3 text-left">
                {t("portfolio:columns.instrument")}
              </th>
            )}
            <th scope="col" className="px-2 text-right">
              {t("portfolio:pnl.own")}
            </th>
            <th scope="col" className="px-2 text-right">
              {t("portfolio:pnl.brokers")}
            </th>
            <th scope="col" className="px-2 text-right">
              {t("portfolio:pnl.difference")}
            </th>
            <th scope="col" className="min-w-56 pl-4 text-left">
              {t("portfolio:pnl.why")}
            </th>
          </tr>
        </thead>
        <tbody>
          {list.map((one) => {
            const account = brokerOf(one.account);
            return (
              <tr key={`${one.account} ${one.exchange}:${one.symbol}`} className="border-t border-line align-top">
                <td className="py-1.5 pr-3 whitespace-nowrap">
                  {account && <BrokerBadge broker={account.broker} />} {account?.label ?? one.account}
                </td>
                {named && <td className="py-1.5 pr-3 whitespace-nowrap">{`${one.exchange}:${one.symbol}`}</td>}
                <Side quantity={one.own_quantity} average={one.own_average} pnl={one.own_pnl} />
                <Side quantity={one.broker_quantity} average={one.broker_average} pnl={one.broker_pnl} />
                <td className="px-2 py-1.5 text-right">
                  <Amount value={one.difference} sign reason={one.unknown ?? t("common:not_known_yet")} />
                </td>
                <td className="py-1.5 pl-4">
                  <Causes beside={one} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Side({ quantity, average, pnl }: { quantity: number; average: string | null; pnl: string | null }) {
  return (
    <td className="px-2 py-1.5 text-right whitespace-nowrap">
      <Gain value={pnl} reason={t("portfolio:pnl.not_told")} />
      <span className="block text-faint">
        {average === null ? (
          <>
            {money.quantity(quantity)} <Unknown reason={t("portfolio:no_average")} />
          </>
        ) : (
          t("portfolio:quantity_at", { quantity: money.quantity(quantity), price: money.price(average) })
        )}
      </span>
    </td>
  );
}
