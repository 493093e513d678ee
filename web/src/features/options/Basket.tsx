// The legs together: what they cost, the most they win and lose, where they break even; each is then ordered by itself.
import "@/text/rooms/options";
import { Minus, Plus, X } from "lucide-react";
import { useMemo } from "react";
import { inWords, type Payoff, problemOf, useGetPayoffQuery } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { Button } from "@/components/button";
import { Gain } from "@/components/figures";
import { Notice, Waiting } from "@/components/surface";
import { openTicket } from "@/features/ticket/state";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { t } from "@/text";
import { type BasketAction, type BasketLeg, inOrder, span, toLegs } from "./basket";
import { PayoffChart } from "./PayoffChart";

const READ_AGAIN = 5000;

interface Props {
  legs: readonly BasketLeg[];
  /** Where the underlying stands. */
  spot: string | null;
  onChange: (action: BasketAction) => void;
}

export function Basket({ legs, spot, onChange }: Props) {
  // Kept while the legs stay: else each move of the underlying would be another question.
  const symbols = legs.map((leg) => leg.symbol).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: symbols stands for the contents of legs
  const drawn = useMemo(() => span(legs, spot), [symbols]);
  const { data, currentData, error, isFetching } = useGetPayoffQuery(
    { payoffIn: { legs: toLegs(legs), ...drawn } },
    { skip: legs.length === 0, pollingInterval: READ_AGAIN, skipPollingIfUnfocused: true },
  );
  const payoff = currentData ?? data;
  return (
    <div className="space-y-4">
      <Legs legs={legs} payoff={payoff} onChange={onChange} />
      {error && !currentData ? (
        <Notice tone="bad">{inWords(problemOf(error))}</Notice>
      ) : payoff ? (
        <div className={cx("space-y-4", isFetching && !currentData && "opacity-60")}>
          <Sums payoff={payoff} />
          <PayoffChart payoff={payoff} />
          <NetGreeks payoff={payoff} />
          <p className="text-2xs text-faint">{t("options:before_charges")}</p>
        </div>
      ) : (
        <Waiting rows={4} />
      )}
    </div>
  );
}

function Legs({ legs, payoff, onChange }: Omit<Props, "spot"> & { payoff: Payoff | undefined }) {
  const dispatch = useAppDispatch();
  return (
    <ul>
      {inOrder(legs).map((leg) => {
        const priced = payoff?.legs.find((one) => one.symbol === leg.symbol);
        const order = () => dispatch(openTicket({ symbol: leg.symbol, side: leg.side, quantity: leg.lots * leg.lot }));
        return (
          <li key={leg.symbol} className="flex min-h-10 items-center gap-1.5 border-b border-line max-md:min-h-12">
            <button
              type="button"
              onClick={() => onChange({ do: "flip", symbol: leg.symbol })}
              aria-label={t("options:flip", { leg: leg.label, side: leg.side })}
              title={t("options:flip_about")}
              className={cx(
                "h-6 w-6 rounded-sm text-2xs font-semibold text-on-side max-md:size-11",
                leg.side === "BUY" ? "bg-buy" : "bg-sell",
              )}
            >
              {t(leg.side === "BUY" ? "options:buy_letter" : "options:sell_letter")}
            </button>
            <span className="min-w-0 flex-1 truncate">
              {leg.label}
              <span className="block text-2xs text-faint">
                {priced ? t("options:leg_price", { price: money.price(priced.price) }) : t("common:loading")}
              </span>
            </span>
            <span className="flex items-center">
              <Button
                look="ghost"
                size="sm"
                aria-label={t("options:fewer", { leg: leg.label })}
                disabled={leg.lots === 1}
                why={t("options:one_lot")}
                onClick={() => onChange({ do: "lots", symbol: leg.symbol, by: -1 })}
              >
                <Minus className="size-3" aria-hidden="true" />
              </Button>
              <span className="min-w-12 text-center text-xs">{t("options:lots", { count: leg.lots })}</span>
              <Button
                look="ghost"
                size="sm"
                aria-label={t("options:more", { leg: leg.label })}
                onClick={() => onChange({ do: "lots", symbol: leg.symbol, by: 1 })}
              >
                <Plus className="size-3" aria-hidden="true" />
              </Button>
            </span>
            <Button size="sm" onClick={order}>
              {t("options:order")}
            </Button>
            <Button
              look="ghost"
              size="sm"
              aria-label={t("options:drop", { leg: leg.label })}
              onClick={() => onChange({ do: "remove", symbol: leg.symbol })}
            >
              <X className="size-3.5" aria-hidden="true" />
            </Button>
          </li>
        );
      })}
    </ul>
  );
}

/** The most of it, or that there is no end to it. */
function Most({ value, unlimited }: { value: string | null; unlimited: boolean }) {
  if (unlimited) return <span>{t("options:unlimited")}</span>;
  return <Gain value={value} />;
}

function Sums({ payoff }: { payoff: Payoff }) {
  const received = money.direction(payoff.net_premium) === "up";
  const size = money.parse(payoff.net_premium) ?? money.ZERO;
  const facts: [string, React.ReactNode][] = [
    [
      t(received ? "options:received" : "options:paid"),
      <span key="premium" className="amount">
        <span>{money.rupees(size < 0n ? money.negate(size) : size)}</span>
      </span>,
    ],
    [t("options:max_profit"), <Most key="profit" value={payoff.max_profit} unlimited={payoff.profit_unlimited} />],
    [t("options:max_loss"), <Most key="loss" value={payoff.max_loss} unlimited={payoff.loss_unlimited} />],
    [
      t("options:break_even"),
      payoff.break_evens.length > 0
        ? payoff.break_evens.map((price) => money.price(price)).join(" · ")
        : t("options:none"),
    ],
  ];
  return (
    <dl className="grid grid-cols-2 gap-x-4">
      {facts.map(([label, value]) => (
        <div key={label} className="border-b border-line py-1.5">
          <dt className="text-xs text-faint">{label}</dt>
          <dd className="text-base font-medium">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function NetGreeks({ payoff }: { payoff: Payoff }) {
  const { greeks, name } = payoff;
  if (!greeks) return <p className="text-xs text-faint">{t("options:no_net_greeks")}</p>;
  const amount = (value: string) => money.rupees(value, { sign: true, places: 0 });
  return (
    <ul className="space-y-0.5 text-xs text-quiet">
      <li>{t("options:net.delta", { amount: amount(greeks.delta), name })}</li>
      <li>{t("options:net.theta", { amount: amount(greeks.theta) })}</li>
      <li>{t("options:net.vega", { amount: amount(greeks.vega) })}</li>
    </ul>
  );
}
