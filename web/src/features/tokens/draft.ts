// What is written in the form of a token, as the server takes it.
import type { Exchange, PersonalToken, Product, TokenIn, TokenPolicyIn } from "@/api";

export type Scope = "read" | "trade" | "funds";
export type Sides = "BOTH" | "BUY" | "SELL";

export interface Draft {
  name: string;
  scopes: readonly Scope[];
  days: string;
  accounts: readonly string[];
  symbols: string;
  segments: readonly Exchange[];
  side: Sides;
  products: readonly Product[];
  orderValue: string;
  dayValue: string;
  dayOrders: string;
  start: string;
  end: string;
  addresses: string;
  reduceOnly: boolean;
  dryRun: boolean;
  ask: boolean;
  askSeconds: number;
  askProof: boolean;
}

export const empty: Draft = {
  name: "",
  scopes: ["read"],
  days: "90",
  accounts: [],
  symbols: "",
  segments: [],
  side: "BOTH",
  products: [],
  orderValue: "",
  dayValue: "",
  dayOrders: "",
  start: "",
  end: "",
  addresses: "",
  reduceOnly: false,
  dryRun: false,
  ask: false,
  askSeconds: 300,
  askProof: false,
};

/** The form of a token that is there. Nothing of its policy is lost when it is saved again. */
export function draftOf({ name, scopes, policy }: PersonalToken): Draft {
  return {
    name,
    scopes,
    days: "",
    accounts: policy.accounts ?? [],
    symbols: policy.symbols?.join(", ") ?? "",
    segments: policy.segments ?? [],
    side: policy.sides?.length === 1 ? (policy.sides[0] ?? "BOTH") : "BOTH",
    products: policy.products ?? [],
    orderValue: policy.order_value ?? "",
    dayValue: policy.day_value ?? "",
    dayOrders: policy.day_orders?.toString() ?? "",
    start: policy.hours?.start.slice(0, 5) ?? "",
    end: policy.hours?.end.slice(0, 5) ?? "",
    addresses: policy.addresses?.join(", ") ?? "",
    reduceOnly: policy.reduce_only,
    dryRun: policy.dry_run,
    ask: policy.on_breach === "ask",
    askSeconds: policy.ask_seconds,
    askProof: policy.ask_proof,
  };
}

const entries = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);
const listed = <T>(chosen: readonly T[]): T[] | null => (chosen.length > 0 ? [...chosen] : null);
const amount = (text: string): string | null => text.replaceAll(",", "").trim() || null;

export function policyOf(draft: Draft): TokenPolicyIn {
  const policy: TokenPolicyIn = { accounts: listed(draft.accounts), addresses: listed(entries(draft.addresses)) };
  if (!draft.scopes.includes("trade")) return policy;
  return {
    ...policy,
    symbols: listed(entries(draft.symbols)),
    segments: listed(draft.segments),
    sides: draft.side === "BOTH" ? null : [draft.side],
    products: listed(draft.products),
    order_value: amount(draft.orderValue),
    day_value: amount(draft.dayValue),
    day_orders: draft.dayOrders.trim() ? Number(draft.dayOrders) : null,
    reduce_only: draft.reduceOnly,
    // One time alone is given on as well: the server says what is missing, instead of a limit that is silently none.
    hours: draft.start || draft.end ? { start: draft.start, end: draft.end } : null,
    dry_run: draft.dryRun,
    on_breach: draft.ask && !draft.dryRun ? "ask" : "refuse",
    ask_seconds: draft.askSeconds,
    ask_proof: draft.ask && !draft.dryRun && draft.askProof,
  };
}

export function tokenOf(draft: Draft): TokenIn {
  return {
    name: draft.name.trim(),
    scopes: [...draft.scopes],
    days: Number(draft.days),
    policy: policyOf(draft),
  };
}
