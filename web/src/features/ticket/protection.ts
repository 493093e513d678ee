// Stop-loss and target of an order: kept on this device until the order has filled, then given once to each broker that filled it.
import type { Account, ConditionalIn, Order } from "@/api";
import * as money from "@/lib/money";
import { opposite } from "./draft";

export interface Guard {
  stop: string | null;
  target: string | null;
}

export interface Guarded extends Guard {
  order: string;
  /** Whose order it is: another user of this browser has nothing to do with it. */
  user: string;
}

const PLACE = "tm.guards";
const listeners = new Set<() => void>();
let kept: readonly Guarded[] = read();

function read(): readonly Guarded[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(found) ? (found as Guarded[]).filter((one) => typeof one?.order === "string") : [];
  } catch (_unreadable) {
    return [];
  }
}

let refused = false; // by the browser: then they last as long as the page

function show(next: readonly Guarded[]): void {
  kept = next;
  for (const listener of listeners) listener();
}

/** Changes what is kept now, by any tab: one must not write away what another has been given. */
function keep(change: (before: readonly Guarded[]) => readonly Guarded[]): void {
  const next = change(refused ? kept : read());
  try {
    localStorage.setItem(PLACE, JSON.stringify(next));
    refused = false;
  } catch (_storageRefused) {
    refused = true;
  }
  show(next);
}

// Whichever tab is left takes over; the keys are the orders' own, so that two can never place twice.
window.addEventListener("storage", (event) => {
  if (event.key === PLACE) show(read());
});

export const guarded = (): readonly Guarded[] => kept;
export const subscribeGuarded = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const guard = (one: Guarded): void =>
  keep((before) => [...before.filter((each) => each.order !== one.order), one]);
export const unguard = (order: string): void => keep((before) => before.filter((each) => each.order !== order));

/** Guards the order that was made of what was sent; `instead` is one that was taken for it before. */
export function protect(
  want: Guard | null | undefined,
  user: string | null | undefined,
  order: string,
  instead?: string,
): void {
  if (instead !== undefined && instead !== order) unguard(instead);
  if (want && user) guard({ ...want, order, user });
}

export function guardOf(stop: string, target: string): Guard | null {
  const amount = (text: string) => {
    const value = money.parse(text);
    return value === null ? null : money.exact(value);
  };
  const found = { stop: amount(stop), target: amount(target) };
  return found.stop === null && found.target === null ? null : found;
}

/** How far a stop's limit lies beyond its trigger where a broker takes limits only, in percent. */
const SLACK = 2n;

export interface Placing {
  key: string;
  label: string;
  /** Null: this broker keeps no triggers, so its part stays without protection. */
  conditional: ConditionalIn | null;
}

/** What is asked of each broker for an order that has ended, one for every account that filled some of it. */
export function placingsOf(order: Order, want: Guard, accounts: readonly Account[], tick: string): Placing[] {
  const filled = new Map<string, { quantity: number; key: string; label: string }>();
  for (const child of order.children) {
    if (child.filled_quantity <= 0) continue;
    const before = filled.get(child.account);
    // The key is the first part's own: another tab that asks for the same is answered with the same.
    if (before) before.quantity += child.filled_quantity;
    else
      filled.set(child.account, {
        quantity: child.filled_quantity,
        key: `guard-${child.id}`,
        label: child.account_label,
      });
  }
  return [...filled].map(([account, { quantity, key, label }]) => {
    const features = accounts.find((each) => each.id === account)?.capabilities.features;
    const legs = legsOf(order, want, quantity, features?.conditional_types ?? [], tick);
    const kind = legs.length === 2 ? "oco" : "single";
    if (!features?.conditionals.includes(kind)) return { key, label, conditional: null };
    const { exchange, symbol, product } = order;
    return { key, label, conditional: { account, kind, exchange, symbol, side: opposite(order.side), product, legs } };
  });
}

type Leg = ConditionalIn["legs"][number];

/** The target first, then the stop; a stop goes at market where the broker takes that, a target at its price. */
function legsOf(order: Order, want: Guard, quantity: number, types: readonly string[], tick: string): Leg[] {
  const legs: Leg[] = [];
  if (want.target !== null) {
    legs.push(
      types.includes("LIMIT")
        ? { trigger_price: want.target, quantity, order_type: "LIMIT", price: want.target }
        : { trigger_price: want.target, quantity, order_type: "MARKET" },
    );
  }
  if (want.stop !== null) {
    legs.push(
      types.includes("MARKET")
        ? { trigger_price: want.stop, quantity, order_type: "MARKET" }
        : {
            trigger_price: want.stop,
            quantity,
            order_type: "LIMIT",
            price: beyond(want.stop, order.side === "BUY", tick),
          },
    );
  }
  return legs;
}

/** The stop's limit: below the trigger of a sale, above that of a purchase, on the tick. */
function beyond(trigger: string, selling: boolean, tick: string): string {
  const at = money.parse(trigger) ?? money.ZERO;
  const slack = ((at * SLACK) / 100n) as money.Amount;
  const raw = selling ? money.subtract(at, slack) : money.add(at, slack);
  const step = money.parse(tick) ?? money.ZERO;
  // One step away from the market and back lands on the tick.
  const near = selling
    ? money.stepBy(money.stepBy(raw, step, 1), step, -1)
    : money.stepBy(raw, step, money.isMultiple(raw, step) ? 0 : 1);
  return money.toWire(near, step < 1_000_000n ? 4 : 2);
}
