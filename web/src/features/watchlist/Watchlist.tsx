// The watchlists: instruments of one's own choice with live prices; kept by the server, the same on every screen.
import "@/text/rooms/watchlist";
import { Plus, Search, X } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { inWords, problemOf, useGetWatchlistQuery } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { Button } from "@/components/button";
import { Empty, Notice, Waiting } from "@/components/surface";
import { openTicket } from "@/features/ticket/state";
import { t } from "@/text";
import { movedBy, movedTo } from "./list";
import { RowSheet } from "./RowSheet";
import { Tabs } from "./Tabs";
import { takeOver } from "./takeOver";
import { useWatching, useWatchlists } from "./useWatchlists";
import type { RowActions } from "./WatchRow";
import { WatchRows } from "./WatchRows";

/** A longer list has a field to find something in it. */
const LONG = 15;

/** What rows can do, the same object for as long as the list lives. */
function useRowActions(symbols: readonly string[], open: (symbol: string) => void): RowActions {
  const dispatch = useAppDispatch();
  const watching = useWatching();
  const latest = useRef({ symbols, watching, open });
  latest.current = { symbols, watching, open };
  return useMemo(
    () => ({
      order: (symbol, side) => dispatch(openTicket({ symbol, side })),
      remove: (symbol) => latest.current.watching.remove(symbol),
      move: (symbol, by) => latest.current.watching.arrange(movedBy(latest.current.symbols, symbol, by)),
      drop: (symbol, target) => latest.current.watching.arrange(movedTo(latest.current.symbols, symbol, target)),
      open: (symbol) => latest.current.open(symbol),
    }),
    [dispatch],
  );
}

function FindField({ text, onText }: { text: string; onText: (text: string) => void }) {
  return (
    <div className="relative shrink-0 border-b border-line">
      <Search
        className="pointer-events-none absolute top-1/2 left-3 size-3.5 -translate-y-1/2 text-faint max-md:left-4"
        aria-hidden="true"
      />
      <input
        type="search"
        aria-label={t("watchlist:find")}
        placeholder={t("watchlist:find")}
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onText("")}
        className="h-8 w-full bg-transparent pr-8 pl-8 text-xs outline-offset-[-2px] max-md:h-11 max-md:pl-10 max-md:text-base [&::-webkit-search-cancel-button]:hidden"
      />
      {text && (
        <button
          type="button"
          aria-label={t("watchlist:find_clear")}
          onClick={() => onText("")}
          className="absolute inset-y-0 right-0 grid w-8 place-items-center text-faint max-md:w-11"
        >
          <X className="size-3.5" aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

export function Watchlist({ onAdd, page = false }: { onAdd: () => void; page?: boolean }) {
  const Heading = page ? "h1" : "h2";
  const dispatch = useAppDispatch();
  const all = useWatchlists();
  const { lists, current, ready, error } = all;
  const { currentData } = useGetWatchlistQuery({ listId: current?.id ?? "" }, { skip: current === null });
  const [text, setText] = useState("");
  const [opened, setOpened] = useState<string | null>(null);
  const symbols = current?.symbols ?? [];
  const actions = useRowActions(symbols, setOpened);
  const stocks = useMemo(
    () => new Map((currentData?.items ?? []).map((stock) => [stock.symbol, stock])),
    [currentData],
  );
  useEffect(() => {
    if (ready) void takeOver(dispatch, lists);
  }, [ready, lists, dispatch]);
  const long = symbols.length > LONG;
  const words = long ? text.trim().toLowerCase() : "";
  const shown = words
    ? symbols.filter((symbol) => `${symbol} ${stocks.get(symbol)?.name ?? ""}`.toLowerCase().includes(words))
    : symbols;
  return (
    <section aria-label={page ? t("watchlist:page") : t("watchlist:title")} className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-10 shrink-0 items-center justify-between border-b border-line pr-1 pl-3 max-md:h-12 max-md:pl-4">
        <Heading className="text-xs text-quiet">{t("watchlist:title")}</Heading>
        <Button look="ghost" size="sm" disabled={current?.room === 0} why={t("watchlist:full")} onClick={onAdd}>
          <Plus className="size-3.5" aria-hidden="true" /> {t("watchlist:add")}
        </Button>
      </div>
      <Tabs {...all} />
      {error && !ready ? (
        <Notice tone="bad" className="m-3">
          {inWords(problemOf(error))}
        </Notice>
      ) : !current ? (
        <Waiting rows={8} />
      ) : symbols.length === 0 ? (
        <Empty title={t("watchlist:empty")} action={<Button onClick={onAdd}>{t("watchlist:empty_add")}</Button>}>
          <p>{t("watchlist:empty_about")}</p>
        </Empty>
      ) : (
        <>
          {long && <FindField text={text} onText={setText} />}
          <WatchRows key={current.id} symbols={shown} stocks={stocks} actions={actions} page={page} />
          {shown.length === 0 && (
            <p role="status" className="px-3 py-4 text-xs text-faint">
              {t("watchlist:none_found", { text: text.trim() })}
            </p>
          )}
        </>
      )}
      <RowSheet
        symbol={opened}
        tradable={opened !== null && stocks.get(opened)?.kind !== "IDX"}
        onClose={() => setOpened(null)}
        actions={actions}
      />
    </section>
  );
}
