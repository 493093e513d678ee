// Which symbols this device watches.
import { type Prefs, prefs, setPrefs } from "@/lib/prefs";

export const STARTING_LIST = [
  "NSE:NIFTY 50",
  "NSE:NIFTY BANK",
  "NSE:RELIANCE",
  "NSE:HDFCBANK",
  "NSE:INFY",
  "NSE:TCS",
  "NSE:ICICIBANK",
  "NSE:SBIN",
];

export const watchedOf = (chosen: Prefs): string[] => (chosen.watchlist.length ? chosen.watchlist : STARTING_LIST);
const watched = (): string[] => watchedOf(prefs());

export const watchedIn = (chosen: Prefs, symbol: string): boolean => watchedOf(chosen).includes(symbol);

export const isWatched = (symbol: string): boolean => watched().includes(symbol);

export function toggleWatched(symbol: string): void {
  const list = watched();
  setPrefs({ watchlist: list.includes(symbol) ? list.filter((each) => each !== symbol) : [...list, symbol] });
}
