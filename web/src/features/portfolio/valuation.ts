// Pure: the portfolio as last read, moved by the ticks since, exactly; and the part of it that lies at one broker.
import type { Holding, HoldingLot, Portfolio, Position, PositionLot } from "@/api";
import * as money from "@/lib/money";

export interface LastPrice {
  ltp: string;
  change: string | null;
  change_percent: string | null;
  timestamp: string;
}
export type Prices = ReadonlyMap<string, LastPrice>;
type Known = money.Amount | null;

export interface LiveHolding {
  source: Holding;
  /** The broker whose part this is; all of them when left out. */
  broker?: string;
  id: string;
  symbol: string;
  lots: HoldingLot[];
  quantity: number;
  average: Known;
  last: Known;
  lastAt: string | null;
  value: Known;
  invested: Known;
  pnl: Known;
  pnlPercent: Known;
  dayPnl: Known;
  dayPercent: Known;
  stale: boolean;
}

export interface LivePosition {
  source: Position;
  broker?: string;
  id: string;
  symbol: string;
  lots: PositionLot[];
  quantity: number;
  average: Known;
  last: Known;
  lastAt: string | null;
  pnl: Known;
  realised: Known;
  unrealised: Known;
  dayPnl: Known;
  stale: boolean;
}

export interface LiveTotals {
  value: Known;
  invested: Known;
  pnl: Known;
  pnlPercent: Known;
  dayPnl: Known;
  cash: Known;
  margin: Known;
}

const plus = (a: Known, b: Known): Known => (a === null || b === null ? null : money.add(a, b));
/** The sum of the parts; null when one of them is not known. */
export const total = (parts: readonly Known[]): Known => parts.reduce(plus, money.ZERO);
const worth = (price: Known, quantity: number): Known => (price === null ? null : money.times(price, quantity));

function moved(quantity: number, from: Known, to: Known): Known {
  return from === null || to === null ? null : money.times(money.subtract(to, from), quantity);
}

export function liveHolding(holding: Holding, prices: Prices, broker?: string): LiveHolding | null {
  const lots = broker ? holding.lots.filter((lot) => lot.broker === broker) : holding.lots;
  if (lots.length === 0) return null;
  const symbol = `${holding.exchange}:${holding.symbol}`;
  const tick = prices.get(symbol);
  const read = money.parse(holding.last_price);
  const last = money.parse(tick?.ltp) ?? read;
  const all = lots.length === holding.lots.length;
  const quantity = all ? holding.quantity : lots.reduce((count, lot) => count + lot.quantity, 0);
  const invested = all
    ? money.parse(holding.invested)
    : total(lots.map((lot) => worth(money.parse(lot.average_price), lot.quantity)));
  const value = worth(last, quantity);
  const pnl = plus(value, invested === null ? null : money.negate(invested));
  const dayBefore = all ? money.parse(holding.day_pnl) : total(lots.map((lot) => money.parse(lot.day_pnl)));
  return {
    source: holding,
    broker,
    id: holding.isin || symbol,
    symbol,
    lots,
    quantity,
    average: all ? money.parse(holding.average_price) : invested === null ? null : money.per(invested, quantity),
    last,
    lastAt: tick?.timestamp ?? holding.price_as_of,
    value,
    invested,
    pnl,
    pnlPercent: pnl === null || invested === null ? null : money.percentOf(pnl, invested),
    dayPnl: tick ? plus(dayBefore, moved(quantity, read, last)) : dayBefore,
    dayPercent: money.parse(tick?.change_percent ?? holding.day_change_percent),
    stale: lots.every((lot) => lot.stale),
  };
}

export function livePosition(position: Position, prices: Prices, broker?: string): LivePosition | null {
  const lots = broker ? position.lots.filter((lot) => lot.broker === broker) : position.lots;
  if (lots.length === 0) return null;
  const symbol = `${position.exchange}:${position.symbol}`;
  const tick = prices.get(symbol);
  const read = money.parse(position.last_price);
  const last = money.parse(tick?.ltp) ?? read;
  const all = lots.length === position.lots.length;
  const quantity = all ? position.quantity : lots.reduce((count, lot) => count + lot.quantity, 0);
  const delta = tick && read !== null ? moved(quantity, read, last) : money.ZERO;
  const only = lots.length === 1 ? lots[0] : undefined;
  const whole = (of: string | null, part: "pnl" | "realised" | "unrealised" | "day_pnl"): Known =>
    all ? money.parse(of) : total(lots.map((lot) => money.parse(lot[part])));
  return {
    source: position,
    broker,
    id: `${symbol} ${position.product}`,
    symbol,
    lots,
    quantity,
    average: all ? money.parse(position.average_price) : money.parse(only?.average_price),
    last,
    lastAt: tick?.timestamp ?? position.price_as_of,
    pnl: plus(whole(position.pnl, "pnl"), delta),
    realised: whole(position.realised, "realised"),
    unrealised: plus(whole(position.unrealised, "unrealised"), delta),
    dayPnl: plus(whole(position.day_pnl, "day_pnl"), delta),
    stale: lots.every((lot) => lot.stale),
  };
}

export interface LivePortfolio {
  holdings: LiveHolding[];
  positions: LivePosition[];
  totals: LiveTotals;
}

const present = <T>(item: T | null): item is T => item !== null;

export function livePortfolio(portfolio: Portfolio, prices: Prices, broker?: string): LivePortfolio {
  const holdings = portfolio.holdings.map((holding) => liveHolding(holding, prices, broker)).filter(present);
  const positions = portfolio.positions.map((position) => livePosition(position, prices, broker)).filter(present);
  return { holdings, positions, totals: broker ? partTotals() : movedTotals() };

  // The server's totals are the truth; ticks only move them by what the rows moved.
  function movedTotals(): LiveTotals {
    const { totals } = portfolio;
    const rows = total(holdings.map((row) => delta(row.source.quantity, row.source.last_price, row.last)));
    const open = total(positions.map((row) => delta(row.source.quantity, row.source.last_price, row.last)));
    const invested = money.parse(totals.invested);
    const pnl = plus(money.parse(totals.pnl), plus(rows, open));
    return {
      value: plus(money.parse(totals.value), rows),
      invested,
      pnl,
      pnlPercent: pnl === null || invested === null ? null : money.percentOf(pnl, invested),
      dayPnl: plus(money.parse(totals.day_pnl), plus(rows, open)),
      cash: money.parse(totals.cash),
      margin: money.parse(totals.margin_available),
    };
  }

  function partTotals(): LiveTotals {
    const funds = portfolio.funds.filter((line) => line.broker === broker);
    const invested = total(holdings.map((row) => row.invested));
    const pnl = plus(total(holdings.map((row) => row.pnl)), total(positions.map((row) => row.pnl)));
    return {
      value: total(holdings.map((row) => row.value)),
      invested,
      pnl,
      pnlPercent: pnl === null || invested === null ? null : money.percentOf(pnl, invested),
      dayPnl: plus(total(holdings.map((row) => row.dayPnl)), total(positions.map((row) => row.dayPnl))),
      cash: funds.length ? total(funds.map((line) => money.parse(line.cash))) : null,
      margin: funds.length ? total(funds.map((line) => money.parse(line.margin_available))) : null,
    };
  }
}

function delta(quantity: number, from: string | null, to: Known): Known {
  return moved(quantity, money.parse(from), to) ?? money.ZERO;
}
