// The watchlists: instruments of one's own choice with live prices; kept by the server, the same on every screen.
import { Plus, X } from "lucide-react";
import { useEffect } from "react";
import { Link } from "react-router";
import { inWords, problemOf, type Stock, useGetWatchlistQuery } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { Button } from "@/components/button";
import { Notice, Waiting } from "@/components/surface";
import { MoveCell, PriceCell } from "@/features/market/PriceCell";
import { openTicket } from "@/features/ticket/state";
import { movedBy, movedTo } from "./list";
import { Tabs } from "./Tabs";
import { takeOver } from "./takeOver";
import { useWatching, useWatchlists, type Watching } from "./useWatchlists";

interface RowProps {
  symbol: string;
  stock: Stock | undefined;
  symbols: readonly string[];
  watching: Watching;
}

function Row({ symbol, stock, symbols, watching }: RowProps) {
  const dispatch = useAppDispatch();
  const [exchange, name] = [symbol.slice(0, symbol.indexOf(":")), symbol.slice(symbol.indexOf(":") + 1)];
  const tradable = stock?.kind !== "IDX";
  const open = (side: "BUY" | "SELL") => dispatch(openTicket({ symbol, side }));
  function onKeyDown(event: React.KeyboardEvent): void {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (!event.altKey || by === 0) return;
    event.preventDefault();
    watching.arrange(movedBy(symbols, symbol, by));
  }
  return (
    <li
      className="group relative border-b border-line"
      draggable
      onDragStart={(event) => event.dataTransfer.setData("text/symbol", symbol)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        watching.arrange(movedTo(symbols, event.dataTransfer.getData("text/symbol"), symbol));
      }}
    >
      <Link
        to={`/i/${encodeURIComponent(symbol)}`}
        data-symbol={symbol}
        draggable={false}
        onKeyDown={onKeyDown}
        aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
        className="flex h-9 items-center justify-between gap-2 px-3 hover:bg-hover max-md:h-14 max-md:px-4"
      >
        <span className="min-w-0 truncate">
          {name} {exchange !== "NSE" && <span className="text-2xs text-faint">{exchange}</span>}
          {stock && <span className="block truncate text-2xs text-faint md:hidden">{stock.name}</span>}
        </span>
        <span className="flex items-baseline gap-2 max-md:flex-col max-md:items-end max-md:gap-0">
          <span className="w-14 text-right text-xs max-md:order-2">
            <MoveCell symbol={symbol} percent={stock?.change_percent} />
          </span>
          <span className="min-w-[72px] text-right">
            <PriceCell symbol={symbol} fallback={stock?.last_price} fallbackAt={stock?.price_as_of} />
          </span>
        </span>
      </Link>
      <span className="absolute inset-y-0 right-0 hidden items-center gap-1 bg-hover px-2 md:group-focus-within:flex md:group-hover:flex">
        {tradable && (
          <>
            <Button look="buy" size="sm" aria-label={`Buy ${symbol}`} onClick={() => open("BUY")}>
              B
            </Button>
            <Button look="sell" size="sm" aria-label={`Sell ${symbol}`} onClick={() => open("SELL")}>
              S
            </Button>
          </>
        )}
        <Button look="ghost" size="sm" aria-label={`Remove ${symbol}`} onClick={() => watching.remove(symbol)}>
          <X className="size-3.5" />
        </Button>
      </span>
    </li>
  );
}

export function Watchlist({ onAdd, page = false }: { onAdd: () => void; page?: boolean }) {
  const Heading = page ? "h1" : "h2";
  const dispatch = useAppDispatch();
  const all = useWatchlists();
  const watching = useWatching();
  const { lists, current, ready, error } = all;
  const { data } = useGetWatchlistQuery({ listId: current?.id ?? "" }, { skip: current === null });
  const symbols = current?.symbols ?? [];
  const stocks = new Map(data?.items.map((stock) => [stock.symbol, stock]));
  useEffect(() => {
    if (ready) void takeOver(dispatch, lists);
  }, [ready, lists, dispatch]);
  return (
    <section aria-label={page ? "Watched instruments" : "Watchlist"} className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-10 shrink-0 items-center justify-between border-b border-line pr-1 pl-3 max-md:h-12 max-md:pl-4">
        <Heading className="text-xs text-quiet">Watchlist</Heading>
        <Button
          look="ghost"
          size="sm"
          disabled={current?.room === 0}
          why="The list is full: begin another one."
          onClick={onAdd}
        >
          <Plus className="size-3.5" /> Add
        </Button>
      </div>
      <Tabs {...all} />
      {error && !ready ? (
        <Notice tone="bad" className="m-3">
          {inWords(problemOf(error))}
        </Notice>
      ) : current ? (
        <ul className="min-h-0 flex-1 overflow-y-auto">
          {symbols.map((symbol) => (
            <Row key={symbol} symbol={symbol} stock={stocks.get(symbol)} symbols={symbols} watching={watching} />
          ))}
          {symbols.length === 0 && (
            <li className="px-3 py-6 text-xs text-faint">Nothing is watched here yet. Add what you follow.</li>
          )}
        </ul>
      ) : (
        <Waiting rows={8} />
      )}
    </section>
  );
}
