// Pure: what is wrong with a draft, by field, in words with the fix.
import type { Stock } from "@/api";
import * as money from "@/lib/money";
import { t } from "@/text";
import { type Draft, needsPrice, needsTrigger, opposite, units } from "./draft";

/** A field as the server names it; `stop` and `target` are the ticket's own. */
export type DraftField = string;
export type Mistakes = Partial<Record<DraftField, string>>;

type Terms = Pick<Stock, "lot" | "tick" | "kind">;

const LONGEST_MINUTES = 375; // a session's length

export function mistakesIn(draft: Draft, terms: Terms, last: string | null = null): Mistakes {
  const found: Record<DraftField, string | null> = {
    quantity: quantityMistake(draft.quantity, terms.lot),
    price: needsPrice(draft.orderType) ? priceMistake(draft.price, terms.tick, "price") : null,
    trigger_price: needsTrigger(draft.orderType)
      ? (priceMistake(draft.trigger, terms.tick, "trigger") ?? triggerSideMistake(draft))
      : null,
    validity_minutes: draft.validity === "TTL" ? minutesMistake(draft.minutes) : null,
    disclosed_quantity: disclosedMistake(draft),
    iceberg_legs: legsMistake(draft, terms.lot),
    stop: protectionMistake(draft, "stop", terms.tick, last),
    target: protectionMistake(draft, "target", terms.tick, last),
  };
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== null));
}

function quantityMistake(text: string, lot: number): string | null {
  const count = units(text);
  if (count === null) return text.trim() === "" ? t("ticket:wrong.how_many") : t("ticket:wrong.whole");
  if (count === 0) return lot > 1 ? t("ticket:wrong.one_lot", { lot }) : t("ticket:wrong.one");
  if (lot > 1 && count % lot !== 0) {
    return t("ticket:wrong.lot", { lot, fix: money.quantity(Math.max(1, Math.round(count / lot)) * lot) });
  }
  return null;
}

function priceMistake(text: string, tick: string, of: "price" | "trigger"): string | null {
  const amount = money.parse(text);
  if (amount === null) return text.trim() === "" ? t(`ticket:wrong.enter_${of}`) : t("ticket:wrong.number");
  if (amount <= 0n) return t("ticket:wrong.positive");
  const step = money.parse(tick);
  if (step !== null && !money.isMultiple(amount, step)) {
    const near = money.stepBy(money.stepBy(amount, step, 1), step, -1);
    return t("ticket:wrong.tick", { tick: money.price(step), fix: money.price(near) });
  }
  return null;
}

function triggerSideMistake({ orderType, side, price, trigger }: Draft): string | null {
  const [limit, at] = [money.parse(price), money.parse(trigger)];
  if (orderType !== "SL" || limit === null || at === null) return null;
  if (side === "BUY" && at > limit) return t("ticket:wrong.buy_trigger");
  if (side === "SELL" && at < limit) return t("ticket:wrong.sell_trigger");
  return null;
}

function minutesMistake(text: string): string | null {
  const count = units(text);
  return count === null || count < 1 || count > LONGEST_MINUTES
    ? t("ticket:wrong.minutes", { most: LONGEST_MINUTES })
    : null;
}

/** The exchange's rule: a tenth of the order at least, and nothing hidden of an order that does not wait. */
function disclosedMistake(draft: Draft): string | null {
  if (draft.disclosed === "") return null;
  const [shown, whole] = [units(draft.disclosed), units(draft.quantity)];
  if (shown === null) return t("ticket:wrong.whole");
  if (draft.validity === "IOC") return t("ticket:wrong.disclosed_ioc");
  if (units(draft.legs)) return t("ticket:wrong.disclosed_legs");
  const least = whole === null ? null : Math.ceil(whole / 10);
  if (whole === null || least === null || shown > whole || shown < least) {
    return t("ticket:wrong.disclosed", { least: money.quantity(least ?? 1) });
  }
  return null;
}

function legsMistake(draft: Draft, lot: number): string | null {
  if (draft.legs === "") return null;
  const [legs, whole] = [units(draft.legs), units(draft.quantity)];
  if (legs === null || legs < 2) return t("ticket:wrong.legs");
  if (draft.orderType !== "LIMIT" || draft.validity !== "DAY") return t("ticket:wrong.legs_limit");
  if (draft.afterMarket) return t("ticket:wrong.legs_open");
  if (whole !== null && Math.floor(whole / lot) < legs) return t("ticket:wrong.legs_many");
  return null;
}

function protectionMistake(draft: Draft, which: "stop" | "target", tick: string, last: string | null): string | null {
  const text = draft[which];
  if (text === "") return null;
  if (draft.product === "MIS") return t("ticket:protection_intraday");
  const wrong = priceMistake(text, tick, "trigger");
  if (wrong) return wrong;
  const entry = money.parse(needsPrice(draft.orderType) ? draft.price : last);
  const at = money.parse(text);
  if (entry === null || at === null) return null;
  const below = (which === "stop") === (draft.side === "BUY");
  if (below ? at < entry : at > entry) return null;
  const exit = opposite(draft.side) === "SELL" ? "sell" : "buy";
  return below ? t(`ticket:wrong.${which}_below`, { exit }) : t(`ticket:wrong.${which}_above`, { exit });
}
