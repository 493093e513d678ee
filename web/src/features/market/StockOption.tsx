// One instrument among what was found: its exchange and kind, its price, and what can be done with it at once.
import { Star } from "lucide-react";
import type { Stock } from "@/api";
import { Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { useWatching } from "@/features/watchlist/useWatchlists";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { hasText, t } from "@/text";
import { PriceCell } from "./PriceCell";

/** What is known of a result: all of it when the server told, its name alone when it was opened lately. */
export type Found = Pick<Stock, "symbol" | "trading_symbol"> & { exchange: string } & Partial<
    Pick<Stock, "kind" | "name" | "last_price" | "price_as_of" | "expiry" | "lot">
  >;

interface Props {
  id: string;
  stock: Found;
  active: boolean;
  /** Only chosen, nothing else done with it. */
  bare: boolean;
  onPoint: () => void;
  onChoose: () => void;
  onOrder: (side: "BUY" | "SELL") => void;
}

function kindWords(kind: string | undefined): string | null {
  if (!kind || kind === "EQ") return null;
  const key = `market:kind.${kind}`;
  return hasText(key) ? t(key) : kind;
}

export function StockOption({ id, stock, active, bare, onPoint, onChoose, onOrder }: Props) {
  const kind = kindWords(stock.kind);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the combobox above
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      aria-label={[stock.trading_symbol, stock.exchange, kind, stock.name].filter(Boolean).join(", ")}
      onMouseMove={onPoint}
      onClick={onChoose}
      className={cx("flex h-10 cursor-pointer items-center gap-2.5 px-4 max-md:h-12", active && "bg-hover")}
    >
      <span className="font-medium whitespace-nowrap">{stock.trading_symbol}</span>
      <Tag>{stock.exchange}</Tag>
      {kind && <Tag>{kind}</Tag>}
      <span className="min-w-0 flex-1 truncate text-xs text-faint">{stock.name}</span>
      {active || stock.name === undefined ? (
        <PriceCell symbol={stock.symbol} fallback={stock.last_price} fallbackAt={stock.price_as_of} />
      ) : (
        stock.last_price && <span className="text-quiet">{money.price(stock.last_price)}</span>
      )}
      {active && !bare && <Actions stock={stock} onOrder={onOrder} />}
    </div>
  );
}

function Actions({ stock, onOrder }: Pick<Props, "stock" | "onOrder">) {
  const watching = useWatching();
  const watched = watching.watched(stock.symbol);
  const act = (run: () => void) => (event: React.MouseEvent) => {
    event.stopPropagation();
    run();
  };
  return (
    <span className="flex gap-1 max-md:hidden">
      {stock.kind !== "IDX" && (
        <>
          <Button look="buy" size="sm" tabIndex={-1} aria-label={t("common:buy")} onClick={act(() => onOrder("BUY"))}>
            {t("market:search.buy_letter")}
          </Button>
          <Button
            look="sell"
            size="sm"
            tabIndex={-1}
            aria-label={t("common:sell")}
            onClick={act(() => onOrder("SELL"))}
          >
            {t("market:search.sell_letter")}
          </Button>
        </>
      )}
      <Button
        look="ghost"
        size="sm"
        tabIndex={-1}
        aria-label={watched ? t("market:unwatch") : t("market:watch")}
        title={watched ? t("market:unwatch") : t("market:watch")}
        onClick={act(() => watching.toggle(stock.symbol))}
      >
        <Star className="size-3.5" fill={watched ? "currentColor" : "none"} aria-hidden="true" />
      </Button>
    </span>
  );
}
