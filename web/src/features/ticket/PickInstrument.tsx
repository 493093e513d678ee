// The ticket opened without an instrument asks for it first.
import { useLayoutEffect, useRef, useState } from "react";
import { useGetStockQuery, useListStocksQuery } from "@/api";
import { Tag } from "@/components/badge";
import { PriceCell } from "@/features/market/PriceCell";
import { useWatchlists } from "@/features/watchlist/useWatchlists";
import { useSettled } from "@/lib/hooks";
import * as money from "@/lib/money";
import { t } from "@/text";

const row = "flex h-10 w-full items-center gap-3 rounded-md px-2 text-left hover:bg-hover max-md:h-12";

/** Most orders are for something that is watched: it is offered before a letter is typed. An index is not for sale. */
function Watched({ symbol, onPick }: { symbol: string; onPick: (symbol: string) => void }) {
  const { data: stock } = useGetStockQuery({ symbol });
  if (!stock || stock.kind === "IDX") return null;
  return (
    <li>
      <button type="button" onClick={() => onPick(symbol)} className={row}>
        <span className="font-medium whitespace-nowrap">{stock.trading_symbol}</span>
        <Tag>{stock.exchange}</Tag>
        <span className="min-w-0 flex-1 truncate text-xs text-faint">{stock.name}</span>
        <PriceCell symbol={symbol} fallback={stock.last_price} fallbackAt={stock.price_as_of} className="text-quiet" />
      </button>
    </li>
  );
}

export function PickInstrument({ onPick }: { onPick: (symbol: string) => void }) {
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const q = useSettled(text.trim(), 60);
  const { data } = useListStocksQuery({ q, limit: 12 }, { skip: q === "" });
  const found = (q ? (data?.items ?? []) : []).filter((stock) => stock.kind !== "IDX");
  const watched = useWatchlists().current?.symbols ?? [];
  useLayoutEffect(() => input.current?.focus(), []);
  return (
    <form
      className="p-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (found[0]) onPick(found[0].symbol);
      }}
    >
      <label htmlFor="pick" className="mb-1 block text-xs text-quiet">
        {t("ticket:instrument")}
      </label>
      <input
        ref={input}
        id="pick"
        className="field"
        autoComplete="off"
        spellCheck={false}
        placeholder={t("ticket:pick_example")}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <ul className="mt-2 min-h-40">
        {found.map((stock) => (
          <li key={stock.symbol}>
            <button type="button" onClick={() => onPick(stock.symbol)} className={row}>
              <span className="font-medium whitespace-nowrap">{stock.trading_symbol}</span>
              <Tag>{stock.exchange}</Tag>
              <span className="min-w-0 flex-1 truncate text-xs text-faint">{stock.name}</span>
              <span className="text-quiet">{stock.last_price && money.price(stock.last_price)}</span>
            </button>
          </li>
        ))}
        {q === "" && watched.map((symbol) => <Watched key={symbol} symbol={symbol} onPick={onPick} />)}
        {q && data && found.length === 0 && (
          <li className="px-2 py-4 text-quiet">{t("ticket:nothing_called", { text: q })}</li>
        )}
      </ul>
    </form>
  );
}
