// Lists used to be kept by each browser: what it holds goes to the server once, and nothing of it is lost.
import "@/text/rooms/watchlist";
import { api, problemOf, type WatchedList } from "@/api";
import type { AppDispatch } from "@/api/dispatch";
import { toast } from "@/components/toasts";
import { prefs, setPrefs } from "@/lib/prefs";
import { t } from "@/text";
import { freeName, STARTING_LIST } from "./list";

let running: Promise<void> | null = null;

/** Gives the server what only this browser has; a user without any list gets a first one. Runs once at a time. */
export function takeOver(dispatch: AppDispatch, lists: readonly WatchedList[]): Promise<void> {
  running ??= give(dispatch, lists).finally(() => {
    running = null;
  });
  return running;
}

async function give(dispatch: AppDispatch, lists: readonly WatchedList[]): Promise<void> {
  const own = prefs().watchlist;
  const known = new Set(lists.flatMap((list) => list.symbols));
  if (lists.length > 0 && own.every((symbol) => known.has(symbol))) {
    if (own.length > 0) setPrefs({ watchlist: [] });
    return;
  }
  const name = freeName(
    lists.length > 0 ? t("watchlist:taken_name") : t("watchlist:first_name"),
    lists.map((list) => list.name),
  );
  const symbols = own.length > 0 ? own : STARTING_LIST;
  const whole = await dispatch(api.endpoints.makeWatchlist.initiate({ watchlistIn: { name, symbols } }));
  if ("data" in whole) setPrefs({ watchlist: [] });
  else if (problemOf(whole.error).code === "instrument_unknown") await giveOneByOne(dispatch, name, symbols);
}

/** Some of it is not listed any more: the rest makes the list. */
async function giveOneByOne(dispatch: AppDispatch, name: string, symbols: readonly string[]): Promise<void> {
  const made = await dispatch(api.endpoints.makeWatchlist.initiate({ watchlistIn: { name } }));
  if (!made.data) return;
  const unlisted: string[] = [];
  for (const symbol of symbols) {
    const added = await dispatch(
      api.endpoints.addSymbols.initiate({ listId: made.data.id, symbolsIn: { symbols: [symbol] } }),
    );
    if (added.error && problemOf(added.error).code === "instrument_unknown") unlisted.push(symbol);
    else if (added.error) return; // the browser still has them all: the next visit tries again
  }
  if (prefs().watchlist.length > 0 && unlisted.length > 0) {
    toast({
      tone: "warning",
      title: t("watchlist:gone", { count: unlisted.length }),
      text: t("watchlist:gone_about", { symbols: unlisted.join(", ") }),
    });
  }
  setPrefs({ watchlist: [] });
}
