// Options of one underlying: expiries, the chain around the money, and legs put together before an order.
import "@/text/rooms/options";
import { useCallback, useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { inWords, type OptionChain, problemOf, useGetOptionChainQuery, useGetUnderlyingQuery } from "@/api";
import { Button } from "@/components/button";
import { Chips } from "@/components/field";
import { Sheet } from "@/components/sheet";
import { Empty, Notice, Waiting } from "@/components/surface";
import { MoveCell, PriceCell } from "@/features/market/PriceCell";
import { SearchDialog } from "@/features/market/SearchDialog";
import { useMedia } from "@/lib/hooks";
import * as money from "@/lib/money";
import { t } from "@/text";
import { Basket } from "./Basket";
import { useBasket } from "./basket";
import { Chain, type Chosen } from "./Chain";
import { expiryWords, nearOf } from "./chain";
import { OptionSheet } from "./OptionSheet";

const USUAL = ["NIFTY", "BANKNIFTY", "FINNIFTY", "SENSEX", "RELIANCE"];
const AT_ONCE = 2; // of them fit a phone
const READ_AGAIN = 4000;
const AROUND = 15;
const MOST_AROUND = 100;
const WIDE = "(min-width: 1280px)";

export function OptionsPage() {
  const { underlying = "NIFTY" } = useParams();
  return <Options key={underlying} underlying={underlying} />;
}

function Options({ underlying }: { underlying: string }) {
  const about = useGetUnderlyingQuery({ underlying });
  const [expiry, setExpiry] = useState<string | null>(null);
  const [around, setAround] = useState(AROUND);
  const chosenExpiry = expiry ?? about.data?.expiries[0]?.expiry ?? null;
  const chain = useGetOptionChainQuery(
    { underlying, expiry: chosenExpiry, around },
    { skip: chosenExpiry === null, pollingInterval: READ_AGAIN, skipPollingIfUnfocused: true },
  );
  const shown = chain.currentData ?? (chain.data?.expiry === chosenExpiry ? chain.data : undefined);
  const error = about.error ?? (shown ? undefined : chain.error);
  return (
    <div>
      <Top underlying={about.data?.name ?? underlying} chain={shown} spot={about.data?.spot?.symbol ?? null} />
      {about.data && about.data.expiries.length > 0 && (
        <div className="px-4 pb-2">
          <Chips
            label={t("options:expiry")}
            value={chosenExpiry ?? ""}
            choices={about.data.expiries.map((one) => ({
              value: one.expiry,
              label: one.monthly
                ? t("options:monthly", { expiry: expiryWords(one.expiry) })
                : t("options:weekly", { expiry: expiryWords(one.expiry) }),
            }))}
            onChange={setExpiry}
          />
        </div>
      )}
      {error ? (
        <Notice
          tone="bad"
          className="m-4"
          action={
            <Button size="sm" onClick={() => void (about.error ? about.refetch() : chain.refetch())}>
              {t("common:retry")}
            </Button>
          }
        >
          {inWords(problemOf(error))}
        </Notice>
      ) : about.data?.expiries.length === 0 ? (
        <Empty title={t("options:none_listed", { name: about.data.name })} />
      ) : shown ? (
        <ChainAndBasket chain={shown} onMore={around < MOST_AROUND ? () => setAround(MOST_AROUND) : undefined} />
      ) : (
        <Waiting rows={14} />
      )}
    </div>
  );
}

function Top({ underlying, chain, spot }: { underlying: string; chain: OptionChain | undefined; spot: string | null }) {
  const navigate = useNavigate();
  const [picking, setPicking] = useState(false);
  const go = (name: string) => navigate(`/options/${encodeURIComponent(name)}`);
  // The one that is shown stands where it is seen without scrolling the row.
  const usual =
    USUAL.indexOf(underlying) < AT_ONCE && USUAL.includes(underlying)
      ? USUAL
      : [underlying, ...USUAL.filter((name) => name !== underlying)];
  const figures: [string, React.ReactNode][] = chain
    ? [
        ...(chain.future
          ? ([
              [
                t("options:future"),
                <PriceCell
                  key="future"
                  symbol={chain.future.symbol}
                  fallback={chain.future.last_price}
                  fallbackAt={chain.future.as_of}
                />,
              ],
            ] as [string, React.ReactNode][])
          : []),
        [
          t("options:pcr"),
          chain.put_call_ratio === null ? t("options:unknown") : Number(chain.put_call_ratio).toFixed(2),
        ],
        [t("options:max_pain"), money.price(chain.max_pain)],
        [t("options:days_left"), t("options:days", { count: chain.days })],
        [t("options:lot"), money.quantity(chain.lot)],
      ]
    : [];
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-2 px-4 py-2.5">
      <h1 className="text-lg font-semibold">{t("options:title", { name: underlying })}</h1>
      {spot && (
        <p className="flex items-baseline gap-2">
          <span className="text-xl font-semibold">
            <PriceCell symbol={spot} fallback={chain?.spot?.last_price} fallbackAt={chain?.spot?.as_of} />
          </span>
          <MoveCell symbol={spot} percent={chain?.spot?.change_percent} change={chain?.spot?.change} showChange />
        </p>
      )}
      <dl className="flex flex-wrap gap-x-4 gap-y-1 text-xs">
        {figures.map(([label, value]) => (
          <div key={label} className="flex gap-1.5 whitespace-nowrap">
            <dt className="text-faint">{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="flex min-w-0 items-center gap-1 md:ml-auto">
        <Chips
          label={t("options:underlying")}
          value={underlying}
          choices={usual.map((name) => ({ value: name, label: name }))}
          onChange={go}
        />
        <Button look="ghost" size="sm" onClick={() => setPicking(true)}>
          {t("options:other")}
        </Button>
      </div>
      <SearchDialog open={picking} onClose={() => setPicking(false)} commands={[]} onPick={go} />
    </div>
  );
}

function ChainAndBasket({ chain, onMore }: { chain: OptionChain; onMore?: () => void }) {
  const [legs, change] = useBasket();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [open, setOpen] = useState(false);
  const wide = useMedia(WIDE);
  const held = useMemo(() => new Map(legs.map((leg) => [leg.symbol, leg.side])), [legs]);
  const choose = useCallback((next: Chosen) => setChosen(next), []);
  function add(side: "BUY" | "SELL"): void {
    if (!chosen) return;
    const { option, strike } = chosen;
    const label = `${money.price(strike).replace(/\.00$/, "")} ${chosen.side === "call" ? "CE" : "PE"}`;
    change({ do: "add", leg: { symbol: option.symbol, label, strike, side, lot: option.lot } });
  }
  const words = t("options:legs", { count: legs.length });
  return (
    <div className={wide ? "grid grid-cols-[minmax(0,1fr)_340px] border-t border-line" : "border-t border-line"}>
      <div className="min-w-0">
        {chain.missing > 0 && (
          <p role="status" className="px-4 py-1 text-xs text-warning">
            {t("options:missing", { count: chain.missing })}
          </p>
        )}
        <Chain chain={chain} held={held} onChoose={choose} />
        {onMore && chain.strikes.length < chain.total && (
          <Button look="ghost" className="m-2" onClick={onMore}>
            {t("options:all_strikes", { count: chain.total })}
          </Button>
        )}
      </div>
      {wide ? (
        <aside aria-labelledby="basket" className="border-l border-line p-4">
          <div className="mb-2 flex items-center justify-between">
            <h2 id="basket" className="font-medium">
              {t("options:basket")}
            </h2>
            {legs.length > 0 && (
              <Button look="ghost" size="sm" onClick={() => change({ do: "clear" })}>
                {t("options:clear")}
              </Button>
            )}
          </div>
          {legs.length > 0 ? (
            <Basket legs={legs} spot={nearOf(chain)} onChange={change} />
          ) : (
            <p className="text-quiet">{t("options:basket_about")}</p>
          )}
        </aside>
      ) : (
        legs.length > 0 && (
          <>
            <div className="fixed inset-x-0 bottom-[calc(56px+env(safe-area-inset-bottom))] z-10 border-t border-line bg-ground p-2 md:bottom-0">
              <Button look="primary" size="lg" className="w-full" onClick={() => setOpen(true)}>
                {t("options:show_payoff", { legs: words })}
              </Button>
            </div>
            <Sheet open={open} onClose={() => setOpen(false)} title={t("options:basket")}>
              <div className="p-4">
                <Basket legs={legs} spot={nearOf(chain)} onChange={change} />
              </div>
            </Sheet>
          </>
        )
      )}
      <OptionSheet name={chain.name} chosen={chosen} onClose={() => setChosen(null)} onAdd={add} />
    </div>
  );
}
