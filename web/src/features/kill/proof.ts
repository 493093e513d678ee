// Pure: what the kill switch asked for beside what is proven, per account and over all of them.
import type { KillDepth, KilledAccount, KillSwitch } from "@/api";

export const depths: readonly KillDepth[] = ["no_new_risk", "cancel_all", "flatten"];

/** The depths that do more than the one in force; all of them while the switch is off. */
export const deeperThan = (depth: KillDepth | null): readonly KillDepth[] =>
  depth === null ? depths : depths.slice(depths.indexOf(depth) + 1);

export type Proof =
  /** By a reading of the broker after which nothing was open. */
  | { is: "proven"; at: string }
  | { is: "pending"; left: number | null }
  /** The broker cannot be asked now; it is tried until it answers. */
  | { is: "unreached"; left: number | null };

function proof(account: KilledAccount, at: string | null, left: number | null): Proof {
  if (at !== null) return { is: "proven", at };
  return { is: account.connected ? "pending" : "unreached", left };
}

export const ordersProof = (account: KilledAccount): Proof => proof(account, account.cancelled_at, account.open_orders);

/** Null where positions were not to be closed. */
export const positionsProof = (account: KilledAccount, depth: KillDepth | null): Proof | null =>
  depth === "flatten" ? proof(account, account.flat_at, account.open_positions) : null;

const done = (account: KilledAccount, depth: KillDepth | null): boolean =>
  (positionsProof(account, depth) ?? ordersProof(account)).is === "proven" && ordersProof(account).is === "proven";

export interface Progress {
  proven: number;
  accounts: number;
  /** Everything that was asked for is proven everywhere. */
  all: boolean;
}

export function progressOf(kill: KillSwitch): Progress {
  const proven = kill.accounts.filter((account) => done(account, kill.depth)).length;
  return { proven, accounts: kill.accounts.length, all: kill.engaged && proven === kill.accounts.length };
}
