// Pure: what a plan needs at each account, and how far the price must move to earn its charges.
import type { ChargesComparison, Decision } from "@/api";
import { candidatesOf } from "@/features/routing/candidates";
import * as money from "@/lib/money";

/** The margin an account would block: of its part when it is in the plan, else of the whole order. Null: not known. */
export function marginAt(
  decision: Decision | undefined,
  account: string,
): { needs: money.Amount | null; used: boolean } {
  if (!decision) return { needs: null, used: false };
  const parts = decision.plan?.filter((part) => part.account === account) ?? [];
  if (parts.length > 0) return { needs: sum(parts.map((part) => money.parse(part.margin_required))), used: true };
  const alone = candidatesOf(decision).find((one) => !one.chosen && one.legs.every((leg) => leg.account === account));
  return { needs: alone?.margin ?? null, used: false };
}

/** The margin of one unit of the plan. */
export function marginEach(decision: Decision | undefined, quantity: number): money.Amount | null {
  const whole = sum(decision?.plan?.map((part) => money.parse(part.margin_required)) ?? [null]);
  return whole === null || whole <= 0n ? null : money.per(whole, quantity);
}

/** Charges in and out again, a unit: what the price must move before anything is earned. `out` is of the same quantity. */
export function breakEven(
  decision: Decision,
  out: ChargesComparison | undefined,
  quantity: number,
): money.Amount | null {
  const into = money.parse(decision.charges?.total);
  const first = decision.plan?.[0];
  if (into === null || !first || !out) return null;
  const estimate =
    out.estimates.find((one) => one.account === first.account) ??
    out.estimates.find((one) => one.broker === first.broker && one.account === null);
  const back = money.parse(estimate?.charges?.total);
  return back === null ? null : money.per(money.add(into, back), quantity);
}

function sum(parts: readonly (money.Amount | null)[]): money.Amount | null {
  let total = money.ZERO;
  for (const part of parts) {
    if (part === null) return null;
    total = money.add(total, part);
  }
  return total;
}
