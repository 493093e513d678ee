// Pure: a trigger that a broker keeps (GTT), while it is typed: what its account takes, what is wrong, what is sent.
import type { Account, Conditional, ConditionalIn, ConditionalKind, OrderType, Product, Side, Stock } from "@/api";
import * as money from "@/lib/money";
import { t } from "@/text";

export interface LegDraft {
  trigger: string;
  type: OrderType;
  price: string;
}

export interface TriggerDraft {
  account: string;
  kind: ConditionalKind;
  symbol: string;
  side: Side;
  product: Product;
  quantity: string;
  /** The target first, then the stop; a single one uses the first alone. */
  legs: [LegDraft, LegDraft];
}

export const nameOf = (one: Conditional): string => one.symbol ?? t("orders:gtt.number", { number: one.id });
/** Only one that still waits can be changed or taken back. */
export const isLive = (one: Conditional): boolean => one.status === "ACTIVE";

const emptyLeg = (type: OrderType): LegDraft => ({ trigger: "", type, price: "" });

/** Accounts whose broker keeps triggers itself. */
export const keepers = (accounts: readonly Account[]): Account[] =>
  accounts.filter((account) => account.capabilities.features.conditionals.length > 0);

export function newDraft(symbol: string, account: Account): TriggerDraft {
  const { conditionals, conditional_types } = account.capabilities.features;
  const type = conditional_types[0] ?? "LIMIT";
  const contract = !/^(NSE|BSE):/.test(symbol);
  return {
    account: account.id,
    kind: conditionals[0] ?? "single",
    symbol,
    side: "SELL",
    product: contract ? "NRML" : "CNC",
    quantity: "",
    legs: [emptyLeg(type), emptyLeg(type)],
  };
}

/** The draft of a trigger as its broker tells it; null when its row cannot be read whole, or its legs are not of one size. */
export function draftOf(one: Conditional): TriggerDraft | null {
  const { kind, exchange, symbol, side, product, legs } = one;
  const [first, second] = legs;
  if (!kind || !exchange || !symbol || !side || !product || !first) return null;
  if (second && second.quantity !== first.quantity) return null;
  const leg = (from: typeof first): LegDraft => ({
    trigger: from.trigger_price,
    type: from.order_type,
    price: from.price ?? "",
  });
  return {
    account: one.account,
    kind,
    symbol: `${exchange}:${symbol}`,
    side,
    product,
    quantity: String(first.quantity),
    legs: [leg(first), second ? leg(second) : emptyLeg(first.order_type)],
  };
}

/** The draft at another account: kind and types become what that broker keeps. */
export function atAccount(draft: TriggerDraft, account: Account): TriggerDraft {
  const { conditionals, conditional_types } = account.capabilities.features;
  const suited = (leg: LegDraft): LegDraft => ({
    ...leg,
    type: conditional_types.includes(leg.type) ? leg.type : (conditional_types[0] ?? leg.type),
  });
  return {
    ...draft,
    account: account.id,
    kind: conditionals.includes(draft.kind) ? draft.kind : (conditionals[0] ?? draft.kind),
    legs: [suited(draft.legs[0]), suited(draft.legs[1])],
  };
}

export const legsOf = (draft: TriggerDraft): LegDraft[] => (draft.kind === "oco" ? draft.legs : [draft.legs[0]]);

export interface Wrong {
  quantity?: string;
  legs: { trigger?: string; price?: string }[];
}

export const isRight = (wrong: Wrong): boolean =>
  !wrong.quantity && wrong.legs.every((leg) => !leg.trigger && !leg.price);

function priceProblem(text: string, tick: money.Amount | null): string | undefined {
  const amount = money.parse(text);
  if (amount === null || amount <= 0n) return t("orders:edit.price_wrong");
  if (tick !== null && !money.isMultiple(amount, tick)) return t("orders:edit.tick", { tick: money.price(tick) });
  return undefined;
}

/** Which leg lies on which side of the price: of a sale the target above it and the stop below, of a purchase the other way. */
function sideProblem(draft: TriggerDraft, at: number, last: money.Amount | null): string | undefined {
  const trigger = money.parse(draft.legs[at]?.trigger);
  if (last === null || trigger === null) return undefined;
  if (trigger === last) return t("orders:gtt.at_last");
  if (draft.kind !== "oco") return undefined;
  const above = (at === 0) === (draft.side === "SELL");
  if (above === trigger > last) return undefined;
  return t(above ? "orders:gtt.must_be_above" : "orders:gtt.must_be_below", { last: money.price(last) });
}

export function wrongWith(draft: TriggerDraft, stock?: Pick<Stock, "lot" | "tick">, last?: string | null): Wrong {
  const tick = money.parse(stock?.tick);
  const clean = draft.quantity.replace(/[,\s]/g, "");
  const lot = stock?.lot ?? 1;
  const quantity = /^\d{1,9}$/.test(clean) ? Number(clean) : 0;
  return {
    ...(quantity < 1
      ? { quantity: t("orders:edit.quantity_wrong") }
      : quantity % lot !== 0
        ? { quantity: t("orders:edit.lot", { lot: money.quantity(lot) }) }
        : {}),
    legs: legsOf(draft).map((leg, at) => ({
      trigger: priceProblem(leg.trigger, tick) ?? sideProblem(draft, at, money.parse(last)),
      price: leg.type === "LIMIT" ? priceProblem(leg.price, tick) : undefined,
    })),
  };
}

/** What is sent; only for a draft with nothing wrong in it. */
export function toWire(draft: TriggerDraft): ConditionalIn {
  const [exchange, ...rest] = draft.symbol.split(":");
  const exact = (text: string) => money.exact(money.parse(text) ?? money.ZERO);
  return {
    account: draft.account,
    kind: draft.kind,
    exchange: exchange as ConditionalIn["exchange"],
    symbol: rest.join(":"),
    side: draft.side,
    product: draft.product,
    legs: legsOf(draft).map((leg) => ({
      trigger_price: exact(leg.trigger),
      quantity: Number(draft.quantity.replace(/[,\s]/g, "")),
      order_type: leg.type,
      price: leg.type === "LIMIT" ? exact(leg.price) : null,
    })),
  };
}
