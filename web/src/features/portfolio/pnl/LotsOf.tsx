// The lots and closings behind one instrument, first in, first out, for each demat account.
import "@/text/rooms/pnl";
import { type Account, inWords, problemOf, useGetLotsQuery } from "@/api";
import { Tag } from "@/components/badge";
import { Amount, Gain, Unknown } from "@/components/figures";
import { Notice, Waiting } from "@/components/surface";
import * as money from "@/lib/money";
import { dayTime } from "@/lib/time";
import { t } from "@/text";

interface Props {
  instrument: string;
  account: string | undefined;
  accounts: readonly Account[];
}

export function LotsOf({ instrument, account, accounts }: Props) {
  const { data, error } = useGetLotsQuery({ instrument, account, limit: 50 });
  const labelOf = (id: string) => accounts.find((each) => each.id === id)?.label ?? id;
  if (error) return <Notice tone="bad">{inWords(problemOf(error))}</Notice>;
  if (!data) return <Waiting rows={2} />;
  const when = (at: string | null) => (at === null ? <Unknown reason={t("pnl:unseen_lot")} /> : dayTime(at));
  return (
    <div className="grid gap-4 text-xs xl:grid-cols-2">
      <Listed
        label={t("pnl:open_lots")}
        heads={[
          t("portfolio:broker"),
          t("pnl:bought_ist"),
          t("portfolio:columns.quantity"),
          t("pnl:at"),
          t("portfolio:columns.unrealised"),
        ]}
        none={t("pnl:no_lots")}
        rows={data.lots.map((lot) => ({
          key: `${lot.account} ${lot.trade_id} ${lot.opened_at} ${lot.quantity}`,
          cells: [
            <span key="account">
              {labelOf(lot.account)} {lot.product && <Tag>{lot.product}</Tag>}
            </span>,
            when(lot.opened_at),
            money.quantity(lot.quantity, { sign: lot.quantity < 0 }),
            lot.price === null ? <Unknown key="price" reason={t("pnl:unseen_lot")} /> : money.price(lot.price),
            <Gain key="gain" value={lot.unrealised} reason={t("portfolio:no_price")} />,
          ],
        }))}
      />
      <Listed
        label={t("pnl:closings")}
        heads={[
          t("portfolio:broker"),
          t("pnl:bought_ist"),
          t("pnl:closed_ist"),
          t("portfolio:columns.quantity"),
          t("pnl:for"),
          t("portfolio:columns.realised"),
        ]}
        none={t("pnl:no_closings")}
        rows={data.closings.map((one, at) => ({
          key: `${one.account} ${one.opened_by} ${one.closed_by} ${at}`,
          cells: [
            <span key="account">
              {labelOf(one.account)} {one.intraday && <Tag>{t("pnl:intraday")}</Tag>}
            </span>,
            when(one.opened_at),
            dayTime(one.closed_at),
            money.quantity(one.quantity),
            <span key="for">
              <Amount value={one.opened_for} reason={t("pnl:unseen_lot")} />
              {" → "}
              <Amount value={one.closed_for} />
            </span>,
            <Gain key="gain" value={one.realised} reason={t("pnl:unseen_lot")} />,
          ],
        }))}
      />
    </div>
  );
}

interface ListedProps {
  label: string;
  heads: readonly string[];
  none: string;
  rows: readonly { key: string; cells: readonly React.ReactNode[] }[];
}

function Listed({ label, heads, none, rows }: ListedProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by key
    <section className="max-h-72 min-w-0 overflow-auto" tabIndex={0} aria-label={label}>
      <h3 className="pb-1 font-medium">{label}</h3>
      {rows.length === 0 ? (
        <p className="text-quiet">{none}</p>
      ) : (
        <table className="w-full" aria-label={label}>
          <thead className="text-faint">
            <tr>
              {heads.map((head, at) => (
                <th key={head} scope="col" className={at < 2 ? "h-7 pr-3 text-left" : "h-7 px-2 text-right"}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key} className="border-t border-line">
                {row.cells.map((cell, at) => (
                  <td
                    key={heads[at]}
                    className={
                      at < 2 ? "h-7 pr-3 text-left whitespace-nowrap" : "h-7 px-2 text-right whitespace-nowrap"
                    }
                  >
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
