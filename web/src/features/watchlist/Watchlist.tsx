// The watchlist: instruments of one's own choice with live prices; kept on this device.
import { Plus, X } from "lucide-react";
import { Link } from "react-router";
import { useGetStockQuery } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { Button } from "@/components/button";
import { MoveCell, PriceCell } from "@/features/market/PriceCell";
import { openTicket } from "@/features/ticket/state";
import { usePrefs } from "@/lib/prefs";
import { toggleWatched, watchedOf } from "./list";

function Row({ symbol }: { symbol: string }) {
  const dispatch = useAppDispatch();
  const { data } = useGetStockQuery({ symbol });
  const [exchange, name] = [symbol.slice(0, symbol.indexOf(":")), symbol.slice(symbol.indexOf(":") + 1)];
  const tradable = data?.kind !== "IDX";
  const open = (side: "BUY" | "SELL") => dispatch(openTicket({ symbol, side }));
  return (
    <li className="group relative border-b border-line">
      <Link
        to={`/i/${encodeURIComponent(symbol)}`}
        data-symbol={symbol}
        className="flex h-9 items-center justify-between gap-2 px-3 hover:bg-hover max-md:h-14 max-md:px-4"
      >
        <span className="min-w-0 truncate">
          {name} {exchange !== "NSE" && <span className="text-2xs text-faint">{exchange}</span>}
          {data && <span className="block truncate text-2xs text-faint md:hidden">{data.name}</span>}
        </span>
        <span className="flex items-baseline gap-2 max-md:flex-col max-md:items-end max-md:gap-0">
          <span className="w-14 text-right text-xs max-md:order-2">
            <MoveCell symbol={symbol} percent={data?.change_percent} />
          </span>
          <span className="min-w-[72px] text-right">
            <PriceCell symbol={symbol} fallback={data?.last_price} fallbackAt={data?.price_as_of} />
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
        <Button look="ghost" size="sm" aria-label={`Remove ${symbol}`} onClick={() => toggleWatched(symbol)}>
          <X className="size-3.5" />
        </Button>
      </span>
    </li>
  );
}

export function Watchlist({ onAdd, page = false }: { onAdd: () => void; page?: boolean }) {
  const Heading = page ? "h1" : "h2";
  const symbols = watchedOf(usePrefs());
  return (
    <section aria-label={page ? "Watched instruments" : "Watchlist"} className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-10 shrink-0 items-center justify-between border-b border-line pr-1 pl-3 max-md:h-12 max-md:pl-4">
        <Heading className="text-xs text-quiet">Watchlist</Heading>
        <Button look="ghost" size="sm" onClick={onAdd}>
          <Plus className="size-3.5" /> Add
        </Button>
      </div>
      <ul className="min-h-0 flex-1 overflow-y-auto">
        {symbols.map((symbol) => (
          <Row key={symbol} symbol={symbol} />
        ))}
      </ul>
    </section>
  );
}
