// The user's watchlists, the one this device shows, and what can be done with it.
import "@/text/rooms/watchlist";
import {
  inWords,
  problemOf,
  useAddSymbolsMutation,
  useChangeWatchlistMutation,
  useListWatchlistsQuery,
  useRemoveSymbolMutation,
  type WatchedList,
} from "@/api";
import { toast } from "@/components/toasts";
import { setPrefs, usePrefs } from "@/lib/prefs";
import { t } from "@/text";

export const choose = (id: string): void => setPrefs({ watchlistChosen: id });

export interface Watchlists {
  lists: readonly WatchedList[];
  /** The one that is shown; null until there is one. */
  current: WatchedList | null;
  /** Whether the server has answered. */
  ready: boolean;
  most: number;
  error: unknown;
}

export function useWatchlists(): Watchlists {
  const { data, error } = useListWatchlistsQuery();
  const { watchlistChosen } = usePrefs();
  const lists = data?.items ?? [];
  const current = lists.find((list) => list.id === watchlistChosen) ?? lists[0] ?? null;
  return { lists, current, ready: data !== undefined, most: data?.most_lists ?? 0, error };
}

const refused = (error: unknown): void =>
  toast({ key: "watchlist", tone: "bad", title: t("watchlist:unchanged"), text: inWords(problemOf(error)) });

export interface Watching {
  watched: (symbol: string) => boolean;
  add: (symbol: string) => void;
  remove: (symbol: string) => void;
  toggle: (symbol: string) => void;
  arrange: (symbols: string[]) => void;
}

/** Changes of the list that is shown. What the server refuses is told, and the list is read again. */
export function useWatching(): Watching {
  const { current } = useWatchlists();
  const [addSymbols] = useAddSymbolsMutation();
  const [removeSymbol] = useRemoveSymbolMutation();
  const [change] = useChangeWatchlistMutation();
  const watched = (symbol: string): boolean => current?.symbols.includes(symbol) ?? false;
  const add = (symbol: string): void => {
    if (!current || watched(symbol)) return;
    addSymbols({ listId: current.id, symbolsIn: { symbols: [symbol] } })
      .unwrap()
      .catch(refused);
  };
  const remove = (symbol: string): void => {
    if (current) removeSymbol({ listId: current.id, symbol }).unwrap().catch(refused);
  };
  const arrange = (symbols: string[]): void => {
    if (!current || symbols.join() === current.symbols.join()) return;
    change({ listId: current.id, watchlistPatch: { version: current.version, symbols } })
      .unwrap()
      .catch(refused);
  };
  return { watched, add, remove, arrange, toggle: (symbol) => (watched(symbol) ? remove(symbol) : add(symbol)) };
}
