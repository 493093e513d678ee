// Pure: what a careful colleague would say before the order leaves. It informs and blocks nothing.
import type { Preview, Quote, Stock } from "@/api";
import * as money from "@/lib/money";
import { dayTime } from "@/lib/time";
import { t } from "@/text";
import { type Draft, isDerivative, needsPrice, units } from "./draft";

export interface Facts {
  draft: Draft;
  kind: Stock["kind"];
  quote: Quote | null;
  /** The last price in rupees, and its age in seconds; null when not known. */
  last: string | null;
  lastAge: number | null;
  /** Null while it is not known. */
  marketOpen: boolean | null;
  /** When its exchange opens next; null when it is open or that is not known. */
  opensAt: string | null;
  /** Signed units held under this product, positions and shares together, at the accounts that may take the order. */
  held: number;
  ownOrders: Preview["own_orders"];
}

export interface Nudge {
  id: "after_hours" | "stale" | "thin" | "wide" | "through" | "far" | "short" | "written" | "own";
  words: string;
}

const STALE_AFTER = 30; // seconds
const WIDE = 1; // percent of the middle price between best bid and best offer
const THROUGH = 2; // percent beyond the last price on the side that trades at once
const FAR = 10; // percent from the last price on the side that waits

const percent = (part: money.Amount, whole: money.Amount): number => {
  const share = money.percentOf(part, whole);
  return share === null ? 0 : money.toPixels(share);
};

export function nudgesFor(facts: Facts): Nudge[] {
  return [...ofTime(facts), ...ofMarket(facts), ...ofPrice(facts), ...ofPosition(facts), ...ofOwn(facts)];
}

function ofTime({ draft, marketOpen, opensAt, lastAge }: Facts): Nudge[] {
  const found: Nudge[] = [];
  if (marketOpen === false) {
    const closed = opensAt ? t("ticket:nudge.closed_until", { at: dayTime(opensAt) }) : t("ticket:nudge.closed");
    const then = t(draft.afterMarket ? "ticket:nudge.waits" : "ticket:nudge.after_market");
    found.push({ id: "after_hours", words: `${closed} ${then}` });
  } else if (lastAge !== null && lastAge > STALE_AFTER) {
    found.push({ id: "stale", words: t("ticket:nudge.stale", { seconds: lastAge }) });
  }
  return found;
}

/** What the five levels of the book say about a market that is too thin for this order. */
function ofMarket({ draft, quote, marketOpen }: Facts): Nudge[] {
  if (!quote?.depth || marketOpen === false) return [];
  const levels = draft.side === "BUY" ? quote.depth.asks : quote.depth.bids;
  const there = levels.slice(0, 5).reduce((sum, level) => sum + level.quantity, 0);
  const count = units(draft.quantity);
  const [bid, ask] = [money.parse(quote.depth.bids[0]?.price), money.parse(quote.depth.asks[0]?.price)];
  const found: Nudge[] = [];
  if (count !== null && count > there) {
    const values = { units: money.quantity(there) };
    found.push({
      id: "thin",
      words: t(draft.side === "BUY" ? "ticket:nudge.few_offered" : "ticket:nudge.few_bid", values),
    });
  }
  if (bid !== null && ask !== null && ask > bid) {
    const apart = money.subtract(ask, bid);
    const share = percent(apart, money.per(money.add(ask, bid), 2) ?? ask);
    if (share > WIDE) found.push({ id: "wide", words: t("ticket:nudge.wide", { apart: money.rupees(apart) }) });
  }
  return found;
}

function ofPrice({ draft, last }: Facts): Nudge[] {
  const [price, now] = [money.parse(draft.price), money.parse(last)];
  // A stop's limit lies beyond the market by its nature.
  if (draft.orderType !== "LIMIT" || !needsPrice(draft.orderType) || price === null || now === null) return [];
  const away = percent(money.subtract(price, now), now);
  const eager = draft.side === "BUY" ? away : -away;
  const share = money.percent(String(Math.abs(away).toFixed(2)), { sign: false });
  const where = away > 0 ? "above" : "below";
  if (eager > THROUGH) return [{ id: "through", words: t(`ticket:nudge.through_${where}`, { share }) }];
  if (eager < -FAR) return [{ id: "far", words: t(`ticket:nudge.far_${where}`, { share }) }];
  return [];
}

function ofPosition({ draft, kind, held }: Facts): Nudge[] {
  const count = units(draft.quantity);
  // A delivery sale of what is not held is no short sale: it is refused.
  if (draft.side !== "SELL" || count === null || draft.product === "CNC" || draft.product === "MTF") return [];
  const open = count - Math.max(0, held);
  if (open <= 0) return [];
  const values = { units: money.quantity(open) };
  if (kind === "CE" || kind === "PE") {
    return [{ id: "written", words: t(kind === "CE" ? "ticket:nudge.wrote_call" : "ticket:nudge.wrote_put", values) }];
  }
  return [{ id: "short", words: t(isDerivative(kind) ? "ticket:nudge.short_future" : "ticket:nudge.short", values) }];
}

function ofOwn({ ownOrders }: Facts): Nudge[] {
  // A refusal names the order itself.
  if (!ownOrders?.orders.length || ownOrders.action === "refuse") return [];
  const first = ownOrders.orders[0];
  const order = t("ticket:nudge.own_order", {
    side: t(first?.side === "BUY" ? "common:buy" : "common:sell"),
    quantity: money.quantity(first?.quantity),
    account: first?.account_label,
  });
  const values = { order, price: money.rupees(ownOrders.new_price) };
  return [{ id: "own", words: t(`ticket:nudge.own_${ownOrders.action}`, values) }];
}
