// The chain: calls left, puts right, strikes between them, centred on the money.
import "@/text/rooms/options";
import { memo, useEffect, useRef } from "react";
import type { ChainOption, ChainStrike, OptionChain } from "@/api";
import { Unknown } from "@/components/figures";
import { Cell, Head } from "@/components/table";
import { MoveCell, PriceCell } from "@/features/market/PriceCell";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { hasText, t } from "@/text";
import { brief, inTheMoney, mostInterest, nearOf, type OptionSide } from "./chain";

export interface Chosen {
  strike: string;
  side: OptionSide;
  option: ChainOption;
}

interface Props {
  chain: OptionChain;
  /** Symbols that are in the basket, each with its side. */
  held: ReadonlyMap<string, "BUY" | "SELL">;
  onChoose: (chosen: Chosen) => void;
}

export function Chain({ chain, held, onChoose }: Props) {
  const atMoney = useRef<HTMLTableRowElement>(null);
  const centred = useRef("");
  const most = mostInterest(chain);
  const near = nearOf(chain);
  useEffect(() => {
    if (centred.current === `${chain.name} ${chain.expiry}` || !atMoney.current) return;
    centred.current = `${chain.name} ${chain.expiry}`;
    const row = atMoney.current;
    const frame = row.closest("section");
    // Not scrollIntoView: the page itself stays where it is.
    if (frame) frame.scrollTop = row.offsetTop - (frame.clientHeight - row.offsetHeight) / 2;
  }, [chain]);
  return (
    <section
      aria-label={t("options:chain")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by key
      tabIndex={0}
      className="relative max-h-[max(320px,calc(100dvh-270px))] overflow-auto max-md:max-h-[max(320px,calc(100dvh-390px))]"
    >
      <table className="w-full border-separate border-spacing-0">
        <caption className="sr-only">{t("options:caption", { name: chain.name, expiry: chain.expiry })}</caption>
        <thead className="sticky top-0 z-2 bg-ground">
          <tr>
            <th scope="colgroup" colSpan={5} className="h-6 text-center text-xs font-medium text-quiet max-md:hidden">
              {t("options:calls")}
            </th>
            <td className="max-md:hidden" />
            <th scope="colgroup" colSpan={5} className="h-6 text-center text-xs font-medium text-quiet max-md:hidden">
              {t("options:puts")}
            </th>
          </tr>
          <tr>
            <Head className={wide}>{t("options:column.oi_change")}</Head>
            <Head>
              <span className="md:hidden">{t("options:column.call_oi")}</span>
              <span className="max-md:hidden">{t("options:column.oi")}</span>
            </Head>
            <Head className={wide}>{t("options:column.iv")}</Head>
            <Head className={wide}>{t("options:column.change")}</Head>
            <Head>
              <span className="md:hidden">{t("options:column.call")}</span>
              <span className="max-md:hidden">{t("options:column.ltp")}</span>
            </Head>
            <Head className="text-center!">{t("options:column.strike")}</Head>
            <Head left>
              <span className="md:hidden">{t("options:column.put")}</span>
              <span className="max-md:hidden">{t("options:column.ltp")}</span>
            </Head>
            <Head left className={wide}>
              {t("options:column.change")}
            </Head>
            <Head left className={wide}>
              {t("options:column.iv")}
            </Head>
            <Head left>
              <span className="md:hidden">{t("options:column.put_oi")}</span>
              <span className="max-md:hidden">{t("options:column.oi")}</span>
            </Head>
            <Head left className={wide}>
              {t("options:column.oi_change")}
            </Head>
          </tr>
        </thead>
        <tbody>
          {chain.strikes.map((row) => (
            <StrikeRow
              key={row.strike}
              row={row}
              at={row.strike === chain.atm_strike}
              money={row.strike === chain.atm_strike ? atMoney : undefined}
              most={most}
              calls={inTheMoney(row.strike, "call", near)}
              puts={inTheMoney(row.strike, "put", near)}
              call={held.get(row.call?.symbol ?? "")}
              put={held.get(row.put?.symbol ?? "")}
              onChoose={onChoose}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const wide = "max-md:hidden";

interface RowProps {
  row: ChainStrike;
  at: boolean;
  money?: React.RefObject<HTMLTableRowElement | null>;
  most: number;
  /** Whether calls, and puts, of this strike are in the money. */
  calls: boolean;
  puts: boolean;
  /** The side of a leg in the basket. */
  call?: "BUY" | "SELL";
  put?: "BUY" | "SELL";
  onChoose: (chosen: Chosen) => void;
}

const StrikeRow = memo(function StrikeRow({
  row,
  at,
  money: anchor,
  most,
  calls,
  puts,
  call,
  put,
  onChoose,
}: RowProps) {
  const edge = at ? "border-y border-accent" : "border-b border-line";
  const side = (which: OptionSide) => ({
    option: row[which],
    which,
    strike: row.strike,
    most,
    look: cx(edge, which === "call" ? calls && "bg-panel" : puts && "bg-panel"),
    leg: which === "call" ? call : put,
    onChoose,
  });
  return (
    <tr ref={anchor} className="group hover:bg-hover">
      <Interest {...side("call")} change />
      <Interest {...side("call")} />
      <Volatility {...side("call")} />
      <Move {...side("call")} />
      <Last {...side("call")} />
      <th
        scope="row"
        className={cx("h-(--row) px-2 text-center font-semibold max-md:h-11", edge, at && "text-accent")}
        title={at ? t("options:at_the_money") : undefined}
      >
        {money.price(row.strike).replace(/\.00$/, "")}
        {at && <span className="sr-only"> {t("options:at_the_money")}</span>}
      </th>
      <Last {...side("put")} />
      <Move {...side("put")} />
      <Volatility {...side("put")} />
      <Interest {...side("put")} />
      <Interest {...side("put")} change />
    </tr>
  );
});

interface PartProps {
  option: ChainOption | null;
  which: OptionSide;
  strike: string;
  most: number;
  look: string;
  leg?: "BUY" | "SELL";
  onChoose: (chosen: Chosen) => void;
}

function Last({ option, which, strike, look, leg, onChoose }: PartProps) {
  const left = which === "put";
  if (!option) return <Cell left={left} className={look} />;
  return (
    <Cell left={left} className={cx(look, "max-md:h-11")}>
      <button
        type="button"
        data-symbol={option.symbol}
        onClick={() => onChoose({ strike, side: which, option })}
        className={cx(
          "inline-flex items-center gap-1.5 rounded-sm px-1 hover:underline max-md:min-h-11 max-md:px-2",
          left ? "flex-row" : "flex-row-reverse",
          option.stale && "text-stale",
        )}
      >
        <span className="sr-only">
          {t(which === "call" ? "options:open_call" : "options:open_put", { strike: money.price(strike) })}
        </span>
        <PriceCell symbol={option.symbol} fallback={option.last_price} fallbackAt={option.as_of} />
        {leg && (
          <span className={cx("rounded-sm px-1 text-2xs text-on-side", leg === "BUY" ? "bg-buy" : "bg-sell")}>
            {t(leg === "BUY" ? "options:bought" : "options:sold")}
          </span>
        )}
      </button>
    </Cell>
  );
}

function Move({ option, which, look }: PartProps) {
  return (
    <Cell left={which === "put"} className={cx(look, wide, "text-xs")}>
      {option && <MoveCell symbol={option.symbol} percent={option.change_percent} />}
    </Cell>
  );
}

function Volatility({ option, which, look }: PartProps) {
  const why = option?.iv_missing ? `options:no_iv.${option.iv_missing}` : "";
  return (
    <Cell left={which === "put"} className={cx(look, wide, "text-xs")}>
      {option &&
        (option.iv === null ? (
          <Unknown reason={hasText(why) ? t(why) : (option.iv_missing ?? t("common:not_known_yet"))} />
        ) : (
          Number(option.iv).toFixed(1)
        ))}
    </Cell>
  );
}

function Interest({ option, which, look, most, change }: PartProps & { change?: boolean }) {
  const left = which === "put";
  const count = option ? (change ? option.oi_change : option.oi) : null;
  return (
    <Cell left={left} className={cx(look, change && wide, "relative text-xs max-md:h-11")}>
      {!change && option?.oi != null && (
        <span
          aria-hidden="true"
          className={cx("absolute inset-y-1.5 bg-pressed", left ? "left-0 rounded-r-sm" : "right-0 rounded-l-sm")}
          style={{ width: `${Math.round((option.oi / most) * 90)}%` }}
        />
      )}
      {option &&
        (count === null ? (
          <Unknown reason={t(change ? "options:no_oi_change" : "options:no_oi")} />
        ) : (
          <span
            className={cx("relative", change && (count > 0 ? "text-gain" : count < 0 ? "text-loss" : ""))}
            title={money.quantity(count)}
          >
            {change && count > 0 && "+"}
            {brief(count)}
          </span>
        ))}
    </Cell>
  );
}
