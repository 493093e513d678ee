// One option: what it costs, what moves it in words, and what can be done with it.
import "@/text/rooms/options";
import { Link } from "react-router";
import { useAppDispatch } from "@/api/dispatch";
import { Button } from "@/components/button";
import { Unknown } from "@/components/figures";
import { Sheet } from "@/components/sheet";
import { MoveCell, PriceCell } from "@/features/market/PriceCell";
import { openTicket } from "@/features/ticket/state";
import * as money from "@/lib/money";
import { t } from "@/text";
import type { Chosen } from "./Chain";
import { brief, greekWords } from "./chain";

interface Props {
  name: string;
  chosen: Chosen | null;
  onClose: () => void;
  onAdd: (side: "BUY" | "SELL") => void;
}

export function OptionSheet({ name, chosen, onClose, onAdd }: Props) {
  return (
    <Sheet
      open={chosen !== null}
      onClose={onClose}
      title={
        chosen
          ? t(chosen.side === "call" ? "options:call_of" : "options:put_of", {
              name,
              strike: money.price(chosen.strike).replace(/\.00$/, ""),
            })
          : ""
      }
      footer={chosen && <Actions chosen={chosen} onClose={onClose} onAdd={onAdd} />}
    >
      {chosen && <Detail chosen={chosen} name={name} />}
    </Sheet>
  );
}

function Actions({ chosen, onClose, onAdd }: Omit<Props, "name" | "chosen"> & { chosen: Chosen }) {
  const dispatch = useAppDispatch();
  const order = (side: "BUY" | "SELL") => () => {
    onClose();
    dispatch(openTicket({ symbol: chosen.option.symbol, side }));
  };
  const add = (side: "BUY" | "SELL") => () => {
    onAdd(side);
    onClose();
  };
  return (
    <div className="grid grid-cols-2 gap-2">
      <Button look="buy" size="lg" onClick={order("BUY")}>
        {t("common:buy")}
      </Button>
      <Button look="sell" size="lg" onClick={order("SELL")}>
        {t("common:sell")}
      </Button>
      <Button onClick={add("BUY")}>{t("options:add_bought")}</Button>
      <Button onClick={add("SELL")}>{t("options:add_sold")}</Button>
    </div>
  );
}

function Detail({ chosen: { option }, name }: { chosen: Chosen; name: string }) {
  const words = greekWords(option, name);
  const price = (value: string | null) =>
    value === null ? <Unknown reason={t("options:nobody")} /> : money.price(value);
  const facts: [string, React.ReactNode][] = [
    [t("options:fact.bid"), price(option.bid)],
    [t("options:fact.ask"), price(option.ask)],
    [
      t("options:fact.iv"),
      option.iv === null ? (
        <Unknown key="iv" reason={t("common:not_known_yet")} />
      ) : (
        money.percent(option.iv, { sign: false })
      ),
    ],
    [t("options:fact.volume"), money.quantity(option.volume)],
    [t("options:fact.oi"), money.quantity(option.oi)],
    [t("options:fact.oi_change"), brief(option.oi_change)],
    [t("options:fact.lot"), money.quantity(option.lot)],
    [
      t("options:fact.premium"),
      option.last_price === null ? (
        <Unknown key="premium" reason={t("options:nobody")} />
      ) : (
        money.rupees(money.times(money.parse(option.last_price) ?? money.ZERO, option.lot))
      ),
    ],
  ];
  return (
    <div className="space-y-4 p-4">
      <p className="flex items-baseline gap-2">
        <span className="text-2xl font-semibold">
          <PriceCell symbol={option.symbol} fallback={option.last_price} fallbackAt={option.as_of} />
        </span>
        <MoveCell symbol={option.symbol} percent={option.change_percent} change={option.change} showChange />
        <Link
          to={`/i/${encodeURIComponent(option.symbol)}`}
          className="ml-auto inline-flex min-h-6 items-center text-xs text-accent hover:underline max-md:min-h-11"
        >
          {t("options:chart_and_depth")}
        </Link>
      </p>
      {words.length > 0 ? (
        <ul className="space-y-1 text-quiet">
          {words.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : (
        <p className="text-faint">{t("options:no_greeks")}</p>
      )}
      <dl className="grid grid-cols-2 gap-x-4">
        {facts.map(([label, value]) => (
          <div key={label} className="flex h-8 items-center justify-between border-b border-line">
            <dt className="text-xs text-faint">{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
