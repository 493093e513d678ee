// Pure: a change of an order while it is typed: whether it may be changed at all, what is wrong with it, what each part becomes.
import type { Account, ChildOrder, ModifyIn, Order, Stock } from "@/api";
import { brokerName } from "@/components/badge";
import * as money from "@/lib/money";
import { t } from "@/text";
import { isDone } from "./status";

export interface Draft {
  quantity: string;
  price: string;
  trigger: string;
}

export type Field = keyof Draft;

export const draftOf = (order: Order): Draft => ({
  quantity: String(order.quantity),
  price: order.price ?? "",
  trigger: order.trigger_price ?? "",
});

/** The fields that an order of this kind has; of an iceberg only the price can be changed. */
export function fieldsOf(order: Order): Field[] {
  const fields: Field[] = order.iceberg_legs > 0 ? [] : ["quantity"];
  if (order.order_type === "LIMIT" || order.order_type === "SL") fields.push("price");
  if ((order.order_type === "SL" || order.order_type === "SL-M") && order.iceberg_legs === 0) fields.push("trigger");
  return fields;
}

export const livePart = (child: ChildOrder): boolean => !isDone(child.status);
const openOf = (child: ChildOrder): number => child.quantity - child.filled_quantity;

/** Why nothing of it can be changed now; null when it can. The server has the last word. */
export function lockedBy(order: Order): string | null {
  if (isDone(order.status)) return t("orders:edit.ended");
  const live = order.children.filter(livePart);
  const changing = order.children.find((child) => child.changing);
  if (changing) return t("orders:edit.changing", { account: changing.account_label });
  const unclear = live.find((child) => child.broker_order_id === null || child.status === "UNKNOWN");
  if (unclear) return t("orders:edit.unclear", { account: unclear.account_label });
  const twice = live.find((child) => child.surplus_quantity > 0);
  if (twice) return t("orders:edit.twice", { account: twice.account_label });
  if (live.length === 0) return t("orders:edit.ended");
  if (fieldsOf(order).length === 0) return t("orders:edit.nothing");
  return null;
}

const wholeNumber = (text: string): number | null => {
  const clean = text.replace(/[,\s]/g, "");
  return /^\d{1,9}$/.test(clean) ? Number(clean) : null;
};

function priceProblem(text: string, tick: money.Amount | null): string | null {
  const amount = money.parse(text);
  if (amount === null || amount <= 0n) return t("orders:edit.price_wrong");
  if (tick !== null && !money.isMultiple(amount, tick)) return t("orders:edit.tick", { tick: money.price(tick) });
  return null;
}

/** What is wrong, by field. `stock` tells lot and tick; without it the server alone judges them. */
export function problemsOf(order: Order, draft: Draft, stock?: Pick<Stock, "lot" | "tick">): Partial<Draft> {
  const found: Partial<Draft> = {};
  const tick = money.parse(stock?.tick);
  for (const field of fieldsOf(order)) {
    if (field === "quantity") {
      const wanted = wholeNumber(draft.quantity);
      const lot = stock?.lot ?? 1;
      if (wanted === null || wanted === 0) found.quantity = t("orders:edit.quantity_wrong");
      else if (wanted % lot !== 0) found.quantity = t("orders:edit.lot", { lot: money.quantity(lot) });
      else if (wanted <= order.filled_quantity)
        found.quantity = t("orders:edit.below_filled", { filled: money.quantity(order.filled_quantity) });
    } else {
      const wrong = priceProblem(draft[field], tick);
      if (wrong) found[field] = wrong;
    }
  }
  return found;
}

const differs = (now: string | null, typed: string): boolean => {
  const [a, b] = [money.parse(now), money.parse(typed)];
  return b !== null && a !== b;
};

/** What is sent: only what differs. Null when nothing does. */
export function changeOf(order: Order, draft: Draft): ModifyIn | null {
  const fields = fieldsOf(order);
  const change: ModifyIn = {};
  const wanted = wholeNumber(draft.quantity);
  if (fields.includes("quantity") && wanted !== null && wanted !== order.quantity) change.quantity = wanted;
  const wire = (text: string) => money.exact(money.parse(text) ?? money.ZERO);
  if (fields.includes("price") && differs(order.price, draft.price)) change.price = wire(draft.price);
  if (fields.includes("trigger") && differs(order.trigger_price, draft.trigger))
    change.trigger_price = wire(draft.trigger);
  return Object.keys(change).length ? change : null;
}

export interface NewPart {
  child: ChildOrder;
  /** Its new total; null where more is wanted and only the server knows which part's account can carry it. */
  quantity: number | null;
  /** Its broker cannot change an order: it is cancelled, and what is left is placed anew. */
  anew: boolean;
}

/** Less, in proportion, whole lots, at least one each, the rest off the largest. Null when there are too few lots. */
export function shrunk(open: readonly number[], wanted: number, lot: number): number[] | null {
  const before = open.reduce((sum, one) => sum + one, 0);
  const lots = Math.floor(wanted / lot);
  if (lots < open.length || before === 0) return null;
  const largest = open.map((_, at) => at).sort((a, b) => (open[b] as number) - (open[a] as number) || a - b);
  const sizes = open.map((one) => Math.max(1, Math.floor(Math.floor((one * wanted) / before) / lot)));
  let rest = lots - sizes.reduce((sum, one) => sum + one, 0);
  for (let moved = true; rest !== 0 && moved; ) {
    moved = false;
    for (const at of largest) {
      const step = Math.sign(rest);
      const next = (sizes[at] as number) + step;
      if (step === 0 || next < 1 || next * lot > Math.max(open[at] as number, lot)) continue;
      sizes[at] = next;
      rest -= step;
      moved = true;
    }
  }
  return sizes.map((size) => size * lot);
}

/** What each live part becomes, as far as it can be told before the server plans it; null when no plan is possible. */
export function newParts(order: Order, change: ModifyIn, accounts: readonly Account[], lot = 1): NewPart[] | null {
  const live = order.children.filter(livePart).sort((a, b) => (a.id < b.id ? -1 : 1));
  const open = live.map(openOf);
  const before = open.reduce((sum, one) => sum + one, 0);
  const wanted = before + (change.quantity ?? order.quantity) - order.quantity;
  const sizes = wanted <= before ? shrunk(open, wanted, lot) : undefined;
  if (sizes === null) return null;
  return live.map((child, at) => ({
    child,
    quantity: sizes
      ? child.filled_quantity + (sizes[at] as number)
      : live.length === 1
        ? child.quantity + wanted - before
        : null,
    anew: accounts.find(({ id }) => id === child.account)?.capabilities.features.modify === false,
  }));
}

/** "Zerodha 60 → 40, Upstox 30 → 20". */
export function partsInWords(parts: readonly NewPart[]): string {
  return parts
    .map(({ child, quantity, anew }) => {
      const name = brokerName(child.broker);
      const size =
        quantity === null
          ? t("orders:edit.part_more", { name, now: money.quantity(child.quantity) })
          : quantity === child.quantity
            ? t("orders:edit.part_same", { name, now: money.quantity(child.quantity) })
            : t("orders:edit.part", { name, now: money.quantity(child.quantity), next: money.quantity(quantity) });
      return anew ? `${size} ${t("orders:edit.anew")}` : size;
    })
    .join(", ");
}
