// What of one's own moved most today.
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { Segmented } from "@/components/field";
import { Gain, Percent } from "@/components/figures";
import type * as money from "@/lib/money";
import { t } from "@/text";
import { type MoveBy, type Mover, movers } from "./movers";
import type { LivePortfolio } from "./valuation";

const MOST = 5;

function List({ title, list }: { title: string; list: readonly Mover[] }) {
  return (
    <div className="min-w-0">
      <h3 className="px-4 text-xs text-faint">{title}</h3>
      {list.length === 0 ? (
        <p className="px-4 py-2 text-faint">{t("portfolio:movers.none")}</p>
      ) : (
        <ul>
          {list.map((mover) => (
            <li key={mover.id} data-symbol={mover.symbol} className="border-b border-line last:border-0">
              <Link
                to={`/i/${encodeURIComponent(mover.symbol)}`}
                className="flex min-h-(--row) items-center gap-2 px-4 hover:bg-hover max-md:min-h-11"
              >
                <span className="min-w-0 flex-1 truncate font-medium">{mover.name}</span>
                <Gain value={mover.rupees as money.Amount | null} reason={t("portfolio:no_close")} />
                <span className="w-16 text-right">
                  {mover.percent !== null && <Percent value={mover.percent as money.Amount} />}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function Movers({ live }: { live: LivePortfolio }) {
  const [by, setBy] = useState<MoveBy>("rupees");
  const { up, down } = useMemo(() => movers([...live.holdings, ...live.positions], by, MOST), [live, by]);
  return (
    <section aria-labelledby="movers" className="border-t border-line pt-3 pb-4">
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 pb-2">
        <h2 id="movers" className="text-base font-semibold">
          {t("portfolio:movers.title")}
        </h2>
        <Segmented
          label={t("portfolio:movers.by")}
          hideLabel
          value={by}
          onChange={setBy}
          choices={(["rupees", "percent"] as const).map((value) => ({
            value,
            label: t(`portfolio:movers.ways.${value}`),
          }))}
        />
      </div>
      <div className="grid gap-y-3 sm:grid-cols-2">
        <List title={t("portfolio:movers.up")} list={up} />
        <List title={t("portfolio:movers.down")} list={down} />
      </div>
    </section>
  );
}
