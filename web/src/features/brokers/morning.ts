// Who logs in next in the morning. The round is remembered while the browser is away on a broker's page.
import type { Account } from "@/api";

const ROUND = "tm.morning"; // ids of the accounts put off in this round

/** The ids put off in the round under way; null when there is no round. */
export function roundUnderWay(): string[] | null {
  try {
    return JSON.parse(sessionStorage.getItem(ROUND) ?? "null") as string[] | null;
  } catch (_unreadable) {
    return null;
  }
}

export function keepRound(later: readonly string[] | null): void {
  try {
    if (later === null) sessionStorage.removeItem(ROUND);
    else sessionStorage.setItem(ROUND, JSON.stringify(later));
  } catch (_storageRefused) {
    // Then each login begins from the page again.
  }
}

export const inUse = (accounts: readonly Account[]): Account[] =>
  accounts.filter((account) => account.state !== "disconnected");

/** Those without a session, in their order. */
export const waiting = (accounts: readonly Account[]): Account[] =>
  inUse(accounts).filter((account) => account.state !== "connected");

/** The next to log in: the first without a session that was not put off. */
export const nextUp = (accounts: readonly Account[], later: readonly string[]): Account | null =>
  waiting(accounts).find((account) => !later.includes(account.id)) ?? null;

/** The session that ends first, of those that end. */
export function firstToEnd(accounts: readonly Account[]): Account | null {
  const ending = accounts.filter((account) => account.state === "connected" && account.expires_at);
  return ending.sort((a, b) => Date.parse(a.expires_at ?? "") - Date.parse(b.expires_at ?? ""))[0] ?? null;
}
