// One watched instrument: its price as it moves, the two buttons, its place in the list. A tick renders its two cells only.
import "@/text/rooms/watchlist";
import { X } from "lucide-react";
import { memo } from "react";
import { Link } from "react-router";
import type { Stock } from "@/api";
import { Button } from "@/components/button";
import { MoveCell, PriceCell } from "@/features/market/PriceCell";
import { SwipeRow, useLongPress } from "@/gestures";
import { t } from "@/text";

/** What can be done with a row; stable, so that rows render only when they change. */
export interface RowActions {
  order: (symbol: string, side: "BUY" | "SELL") => void;
  remove: (symbol: string) => void;
  move: (symbol: string, by: number) => void;
  drop: (symbol: string, target: string) => void;
  /** Opens everything that can be done with it; what a long press does. */
  open: (symbol: string) => void;
}

interface Props {
  symbol: string;
  stock: Stock | undefined;
  phone: boolean;
  position: number;
  size: number;
  actions: RowActions;
}

export const nameOf = (symbol: string): string => symbol.slice(symbol.indexOf(":") + 1);
export const exchangeOf = (symbol: string): string => symbol.slice(0, symbol.indexOf(":"));

export const WatchRow = memo(function WatchRow({ symbol, stock, phone, position, size, actions }: Props) {
  const exchange = exchangeOf(symbol);
  const tradable = stock?.kind !== "IDX";
  const press = useLongPress(() => actions.open(symbol), { disabled: !phone });
  function onKeyDown(event: React.KeyboardEvent): void {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (!event.altKey || by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    actions.move(symbol, by);
  }
  const link = (
    <Link
      {...(phone ? press : {})}
      to={`/i/${encodeURIComponent(symbol)}`}
      data-symbol={symbol}
      data-row={position}
      draggable={false}
      onKeyDown={onKeyDown}
      aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
      className="flex h-(--row) items-center justify-between gap-2 px-3 hover:bg-hover max-md:h-14 max-md:px-4 max-md:select-none"
    >
      <span className="min-w-0 truncate max-md:text-base">
        {nameOf(symbol)} {exchange !== "NSE" && <span className="text-2xs text-faint">{exchange}</span>}
        {stock && <span className="block truncate text-xs text-faint md:hidden">{stock.name}</span>}
      </span>
      <span className="flex items-baseline gap-2 max-md:flex-col max-md:items-end max-md:gap-0">
        <span className="w-14 text-right text-xs max-md:order-2">
          <MoveCell symbol={symbol} percent={stock?.change_percent} />
        </span>
        <span className="min-w-[72px] text-right max-md:text-base">
          <PriceCell symbol={symbol} fallback={stock?.last_price} fallbackAt={stock?.price_as_of} />
        </span>
      </span>
    </Link>
  );
  const place = { "aria-posinset": position + 1, "aria-setsize": size };
  if (phone)
    return (
      <li {...place} className="border-b border-line">
        <SwipeRow
          disabled={!tradable}
          onBuy={() => actions.order(symbol, "BUY")}
          onSell={() => actions.order(symbol, "SELL")}
        >
          {link}
        </SwipeRow>
      </li>
    );
  return (
    <li
      {...place}
      className="group relative border-b border-line"
      draggable
      onDragStart={(event) => event.dataTransfer.setData("text/symbol", symbol)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        actions.drop(event.dataTransfer.getData("text/symbol"), symbol);
      }}
    >
      {link}
      <span className="absolute inset-y-0 right-0 hidden items-center gap-1 bg-hover px-2 group-focus-within:flex group-hover:flex">
        {tradable && (
          <>
            <Button
              look="buy"
              size="sm"
              className="h-6"
              aria-label={t("watchlist:buy", { symbol })}
              onClick={() => actions.order(symbol, "BUY")}
            >
              {t("watchlist:buy_letter")}
            </Button>
            <Button
              look="sell"
              size="sm"
              className="h-6"
              aria-label={t("watchlist:sell", { symbol })}
              onClick={() => actions.order(symbol, "SELL")}
            >
              {t("watchlist:sell_letter")}
            </Button>
          </>
        )}
        <Button
          look="ghost"
          size="sm"
          className="h-6"
          aria-label={t("watchlist:remove", { symbol })}
          onClick={() => actions.remove(symbol)}
        >
          <X className="size-3.5" aria-hidden="true" />
        </Button>
      </span>
    </li>
  );
});
