// What a policy needs beside its kind, and small changes to its list of accounts.
import type { Account, Policy, PolicyIn } from "@/api";

type Told = Pick<Policy, "kind" | "account" | "accounts" | "weights" | "splitting">;

/** As it is sent: only what its kind takes. `accounts` fills in what a newly chosen kind cannot be without. */
export function policyOf(told: Told, accounts: readonly Account[] = []): PolicyIn {
  const known = accounts.map((account) => account.id);
  const policy: PolicyIn = { kind: told.kind, splitting: told.splitting };
  if (told.kind === "pinned") policy.account = told.account ?? known[0] ?? null;
  if (told.kind === "fallback") policy.accounts = told.accounts.length ? told.accounts : known;
  if (told.kind === "spread") policy.accounts = told.accounts;
  if (told.kind === "balanced") policy.weights = told.weights;
  return policy;
}

/** One account a step earlier (-1) or later (1). */
export function moved(listed: readonly string[], at: number, by: -1 | 1): string[] {
  const order = [...listed];
  const [one] = order.splice(at, 1);
  if (one !== undefined) order.splice(at + by, 0, one);
  return order;
}

/** With or without one account; every account of all is the same as none named. */
export function toggled(chosen: readonly string[], id: string, all: readonly string[]): string[] {
  const left = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
  return all.every((one) => left.includes(one)) ? [] : left;
}
