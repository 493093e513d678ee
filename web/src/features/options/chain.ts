// Pure: what a chain looks like around the money, and what its figures mean in words.
import "@/text/rooms/options";
import type { ChainOption, OptionChain } from "@/api";
import * as money from "@/lib/money";
import { t } from "@/text";

export type OptionSide = "call" | "put";

/** The most open interest of one side of one strike: what its bars are measured by. */
export function mostInterest(chain: OptionChain): number {
  return Math.max(1, ...chain.strikes.flatMap(({ call, put }) => [call?.oi ?? 0, put?.oi ?? 0]));
}

/** Whether an option would pay something if the underlying stayed where it is. */
export function inTheMoney(strike: string, side: OptionSide, near: string | null): boolean {
  const [at, now] = [money.parse(strike), money.parse(near)];
  if (at === null || now === null) return false;
  return side === "call" ? at < now : at > now;
}

/** Where the underlying stands: its spot, else what options say. */
export const nearOf = (chain: OptionChain): string | null => chain.spot?.last_price ?? chain.forward;

/** "1.25 L": large counts in a narrow column. */
export function brief(count: number | null): string {
  if (count === null) return "—";
  const size = Math.abs(count);
  const [unit, word] = size >= 10_000_000 ? [10_000_000, " Cr"] : size >= 100_000 ? [100_000, " L"] : [1, ""];
  return unit === 1 ? money.quantity(count) : `${(count / unit).toFixed(2).replace("-", "−")}${word}`;
}

/** The greeks of one unit as sentences; those that nobody can tell are left out. */
export function greekWords(option: ChainOption, name: string): string[] {
  const abs = (value: string, places: number): string => {
    const amount = money.parse(value) ?? money.ZERO;
    return money.rupees(amount < 0n ? money.negate(amount) : amount, { places });
  };
  const { delta, gamma, theta, vega } = option;
  const words: string[] = [];
  if (delta !== null)
    words.push(
      t(money.direction(delta) === "down" ? "options:greeks.delta_down" : "options:greeks.delta_up", {
        amount: abs(delta, 2),
        name,
      }),
    );
  if (gamma !== null) words.push(t("options:greeks.gamma", { amount: abs(gamma, 4), name }));
  if (theta !== null)
    words.push(
      t(money.direction(theta) === "up" ? "options:greeks.theta_gains" : "options:greeks.theta_loses", {
        amount: abs(theta, 2),
      }),
    );
  if (vega !== null) words.push(t("options:greeks.vega", { amount: abs(vega, 2) }));
  return words;
}

const day = new Intl.DateTimeFormat("en-IN", { timeZone: "UTC", day: "2-digit", month: "short" });
const dayAndYear = new Intl.DateTimeFormat("en-IN", {
  timeZone: "UTC",
  day: "2-digit",
  month: "short",
  year: "numeric",
});

/** "23 Nov", with the year when it is another one. */
export function expiryWords(expiry: string, now: Date = new Date()): string {
  const at = new Date(`${expiry}T00:00:00Z`);
  return at.getUTCFullYear() === now.getUTCFullYear() ? day.format(at) : dayAndYear.format(at);
}
