// What a list of instruments begins with, and how one moves in it.
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

/** The list with `symbol` in the place where `target` is. */
export function movedTo(symbols: readonly string[], symbol: string, target: string): string[] {
  const to = symbols.indexOf(target);
  if (to < 0 || !symbols.includes(symbol)) return [...symbols];
  const others = symbols.filter((each) => each !== symbol);
  return [...others.slice(0, to), symbol, ...others.slice(to)];
}

/** The list with `symbol` so many places further down; not beyond its ends. */
export function movedBy(symbols: readonly string[], symbol: string, by: number): string[] {
  const target = symbols[Math.min(symbols.length - 1, Math.max(0, symbols.indexOf(symbol) + by))];
  return target === undefined ? [...symbols] : movedTo(symbols, symbol, target);
}

/** A name that no list has yet. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (!used.has(name.toLowerCase())) return name;
  }
}
