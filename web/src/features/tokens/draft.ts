// What is written in the form of a new token, as the server takes it.
import "@/text/rooms/tokens";
import type { TokenIn, TokenPolicyIn } from "@/api";
import * as money from "@/lib/money";
import { t } from "@/text";

export type Scope = "read" | "trade" | "funds";
export type Sides = "BOTH" | "BUY" | "SELL";

export interface Draft {
  name: string;
  scopes: readonly Scope[];
  days: string;
  accounts: readonly string[];
  symbols: string;
  side: Sides;
  orderValue: string;
  dayValue: string;
  dayOrders: string;
  addresses: string;
  reduceOnly: boolean;
  dryRun: boolean;
  ask: boolean;
  askProof: boolean;
}

export const empty: Draft = {
  name: "",
  scopes: ["read"],
  days: "90",
  accounts: [],
  symbols: "",
  side: "BOTH",
  orderValue: "",
  dayValue: "",
  dayOrders: "",
  addresses: "",
  reduceOnly: false,
  dryRun: false,
  ask: false,
  askProof: false,
};

const listed = (text: string): string[] | null => {
  const entries = text.split(/[\s,]+/).filter(Boolean);
  return entries.length > 0 ? entries : null;
};
const amount = (text: string): string | null => text.trim() || null;

export function tokenOf(draft: Draft): TokenIn {
  const trades = draft.scopes.includes("trade");
  const policy: TokenPolicyIn = {
    accounts: draft.accounts.length > 0 ? [...draft.accounts] : null,
    addresses: listed(draft.addresses),
  };
  if (trades) {
    policy.symbols = listed(draft.symbols);
    policy.sides = draft.side === "BOTH" ? null : [draft.side];
    policy.order_value = amount(draft.orderValue);
    policy.day_value = amount(draft.dayValue);
    policy.day_orders = draft.dayOrders.trim() ? Number(draft.dayOrders) : null;
    policy.reduce_only = draft.reduceOnly;
    policy.dry_run = draft.dryRun;
    policy.on_breach = draft.ask && !draft.dryRun ? "ask" : "refuse";
    policy.ask_proof = draft.ask && !draft.dryRun && draft.askProof;
  }
  return { name: draft.name.trim(), scopes: [...draft.scopes], days: Number(draft.days), policy };
}

/** In plain words what the key can do, the most dangerous first. */
export function canDo(draft: Draft): string[] {
  if (draft.scopes.length === 0) return [t("tokens:can_none")];
  const words: string[] = [];
  if (draft.scopes.includes("trade")) {
    words.push(draft.dryRun ? t("tokens:can_try") : t("tokens:can_trade"));
    if (!draft.dryRun) {
      if (draft.orderValue.trim()) words.push(t("tokens:can_order", { value: money.rupees(draft.orderValue.trim()) }));
      if (draft.dayValue.trim()) words.push(t("tokens:can_day", { value: money.rupees(draft.dayValue.trim()) }));
      if (!draft.orderValue.trim() && !draft.dayValue.trim()) words.push(t("tokens:can_no_value"));
      if (draft.ask) words.push(t("tokens:can_ask"));
    }
  }
  if (draft.scopes.includes("funds")) words.push(t("tokens:can_funds"));
  if (draft.scopes.includes("read")) {
    const count = draft.accounts.length;
    words.push(count > 0 ? t("tokens:can_read_some", { count }) : t("tokens:can_read_all"));
  }
  return words;
}
