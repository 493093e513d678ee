// Our own figure beside the broker's, and why they differ, cause by cause in rupees.
import "@/text/rooms/pnl";
import type { Account, Beside as Comparison } from "@/api";
import { Amount, Gain } from "@/components/figures";
import { cx } from "@/lib/classes";
import { usePhone } from "@/lib/hooks";
import * as money from "@/lib/money";
import { hasText, t } from "@/text";
import { AccountName } from "./AccountName";

const causeOf = (cause: string): { word: string; about: string } => {
  const [word, about] = [`pnl:causes.${cause}`, `pnl:causes_about.${cause}`];
  return { word: hasText(word) ? t(word) : cause, about: hasText(about) ? t(about) : cause };
};

function Causes({ beside }: { beside: Comparison }) {
  if (beside.unknown) return <span className="text-quiet">{beside.unknown}</span>;
  if (beside.differences.length === 0) return <span className="text-quiet">{t("pnl:same")}</span>;
  return (
    <ul>
      {beside.differences.map((one) => {
        const { word, about } = causeOf(one.cause);
        return (
          <li key={one.cause} className="flex justify-between gap-3" title={about}>
            <span className={one.cause === "unexplained" ? "text-warning" : "text-quiet"}>
              {word}
              {one.units !== 0 && ` ${t("pnl:units", { count: one.units, units: money.quantity(one.units) })}`}
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
  label: string;
  /** The instrument of each row is named, where rows are of several. */
  named?: boolean;
  /** Nothing is known on our side: the broker's number stands alone. */
  brokersAlone?: boolean;
}

const keyOf = (one: Comparison) => `${one.account} ${one.exchange}:${one.symbol}`;

/** A table on the desk, blocks on the phone. */
export function BesideTable(props: Props) {
  const phone = usePhone();
  return phone ? <Blocks {...props} /> : <Table {...props} />;
}

function Table({ list, accounts, named, brokersAlone, label }: Props) {
  const heads = [
    { text: t("portfolio:broker"), left: true, shown: true },
    { text: t("portfolio:columns.instrument"), left: true, shown: named },
    { text: t("pnl:own"), shown: !brokersAlone },
    { text: t("pnl:brokers"), shown: true },
    { text: t("pnl:difference"), shown: !brokersAlone },
    { text: t("pnl:why"), left: true, shown: true },
  ];
  const cell = "px-2 py-1.5 align-top whitespace-nowrap first:pl-0";
  return (
    <table className="w-full text-xs" aria-label={label}>
      <thead className="text-faint">
        <tr>
          {heads.map(
            (head) =>
              head.shown && (
                <th
                  key={head.text}
                  scope="col"
                  className={cx("h-8 px-2 first:pl-0", head.left ? "text-left" : "text-right")}
                >
                  {head.text}
                </th>
              ),
          )}
        </tr>
      </thead>
      <tbody>
        {list.map((one) => (
          <tr key={keyOf(one)} className="border-t border-line">
            <td className={cell}>
              <AccountName id={one.account} accounts={accounts} />
            </td>
            {named && <td className={cell}>{`${one.exchange}:${one.symbol}`}</td>}
            {!brokersAlone && (
              <td className={cx(cell, "text-right")}>
                <Side quantity={one.own_quantity} average={one.own_average} pnl={one.own_pnl} />
              </td>
            )}
            <td className={cx(cell, "text-right")}>
              <Side quantity={one.broker_quantity} average={one.broker_average} pnl={one.broker_pnl} />
            </td>
            {!brokersAlone && (
              <td className={cx(cell, "text-right")}>
                <Difference one={one} />
              </td>
            )}
            <td className={cx(cell, "min-w-64")}>
              <Causes beside={one} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Blocks({ list, accounts, named, brokersAlone, label }: Props) {
  return (
    <ul aria-label={label} className="text-xs">
      {list.map((one) => (
        <li key={keyOf(one)} className="border-t border-line py-2">
          <p className="flex items-center justify-between gap-2">
            <AccountName id={one.account} accounts={accounts} />
            {named && <span className="font-medium">{`${one.exchange}:${one.symbol}`}</span>}
          </p>
          {brokersAlone ? (
            <p className="flex items-baseline justify-between gap-2 py-1">
              <span className="text-faint">{held(one.broker_quantity, one.broker_average)}</span>
              <Gain value={one.broker_pnl} reason={t("pnl:not_told")} />
            </p>
          ) : (
            <dl className="grid grid-cols-3 gap-2 py-1">
              <div>
                <dt className="text-faint">{t("pnl:own")}</dt>
                <dd>
                  <Side quantity={one.own_quantity} average={one.own_average} pnl={one.own_pnl} />
                </dd>
              </div>
              <div>
                <dt className="text-faint">{t("pnl:brokers")}</dt>
                <dd>
                  <Side quantity={one.broker_quantity} average={one.broker_average} pnl={one.broker_pnl} />
                </dd>
              </div>
              <div>
                <dt className="text-faint">{t("pnl:difference")}</dt>
                <dd>
                  <Difference one={one} />
                </dd>
              </div>
            </dl>
          )}
          <Causes beside={one} />
        </li>
      ))}
    </ul>
  );
}

const Difference = ({ one }: { one: Comparison }) => (
  <Amount value={one.difference} sign reason={one.unknown ?? t("common:not_known_yet")} />
);

const held = (quantity: number, average: string | null): string =>
  quantity === 0
    ? money.quantity(quantity)
    : t("portfolio:quantity_at", { quantity: money.quantity(quantity), price: money.price(average) });

function Side({ quantity, average, pnl }: { quantity: number; average: string | null; pnl: string | null }) {
  return (
    <>
      <Gain value={pnl} reason={t("pnl:not_told")} />
      <span className="block text-faint">{held(quantity, average)}</span>
    </>
  );
}
