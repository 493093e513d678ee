// In plain words what a key can do, and within what.
import "@/text/rooms/tokens";
import type { TokenPolicyIn } from "@/api";
import * as money from "@/lib/money";
import { t } from "@/text";
import { type Draft, policyOf, type Scope } from "./draft";

const MOST_NAMED = 4;

/** What the form says while it is filled in, the most dangerous first. */
export function canDo(draft: Draft): string[] {
  const { scopes } = draft;
  if (scopes.length === 0) return [t("tokens:can_none")];
  const policy = policyOf(draft);
  return [
    ...(scopes.includes("trade") ? trading(policy) : []),
    ...(scopes.includes("funds") ? [t("tokens:can_funds")] : []),
    ...(scopes.includes("read") ? [seeing(policy)] : []),
  ];
}

function trading(policy: TokenPolicyIn): string[] {
  if (policy.dry_run) return [t("tokens:can_try")];
  const words = [t("tokens:can_trade")];
  if (policy.order_value) words.push(t("tokens:can_order", { value: money.rupees(policy.order_value) }));
  if (policy.day_value) words.push(t("tokens:can_day", { value: money.rupees(policy.day_value) }));
  if (!policy.order_value && !policy.day_value) words.push(t("tokens:can_no_value"));
  const only = within(policy);
  if (only.length > 0) words.push(t("tokens:can_within", { limits: only.join(" · ") }));
  if (policy.on_breach === "ask") words.push(t("tokens:can_ask"));
  return words;
}

function seeing({ accounts }: TokenPolicyIn): string {
  return accounts ? t("tokens:can_read_some", { count: accounts.length }) : t("tokens:can_read_all");
}

/** The limits of a key in a line; empty for one without any. */
export function limitsOf(policy: TokenPolicyIn, scopes: readonly Scope[]): string[] {
  const words: string[] = [];
  if (policy.accounts) words.push(t("tokens:limit.accounts", { count: policy.accounts.length }));
  if (scopes.includes("trade")) {
    if (policy.order_value) words.push(t("tokens:limit.order_value", { value: money.rupees(policy.order_value) }));
    if (policy.day_value) words.push(t("tokens:limit.day_value", { value: money.rupees(policy.day_value) }));
    words.push(...within(policy));
    if (policy.on_breach === "ask") words.push(t("tokens:limit.ask"));
  }
  if (policy.addresses) words.push(t("tokens:limit.addresses", { names: names(policy.addresses) }));
  return words;
}

/** What is neither rupees nor a place. */
function within(policy: TokenPolicyIn): string[] {
  const words: string[] = [];
  if (policy.day_orders) words.push(t("tokens:limit.day_orders", { count: policy.day_orders }));
  if (policy.symbols) words.push(names(policy.symbols));
  if (policy.segments) words.push(names(policy.segments));
  if (policy.sides?.length === 1)
    words.push(policy.sides[0] === "BUY" ? t("tokens:sides.BUY") : t("tokens:sides.SELL"));
  if (policy.products) words.push(names(policy.products));
  if (policy.hours?.start && policy.hours.end) {
    words.push(t("tokens:limit.hours", { start: policy.hours.start.slice(0, 5), end: policy.hours.end.slice(0, 5) }));
  }
  if (policy.reduce_only) words.push(t("tokens:reduce_only"));
  return words;
}

function names(all: readonly string[]): string {
  const shown = all.slice(0, MOST_NAMED).join(", ");
  return all.length > MOST_NAMED ? t("tokens:limit.more", { names: shown, count: all.length - MOST_NAMED }) : shown;
}
