// Pure: a decision as the list of candidates a person compares, the chosen one first.
import "@/text/rooms/routing";
import type { Alternative, Charges, Decision, PlannedLeg } from "@/api";
import * as money from "@/lib/money";
import { t } from "@/text";

export interface Candidate {
  id: string;
  legs: { account: string; broker: string; quantity: number }[];
  chosen: boolean;
  feasible: boolean;
  charges: Charges | null;
  margin: money.Amount | null;
  /** Some of the margin is our estimate. */
  marginEstimated: boolean;
  /** What it would cost more than the chosen plan; null when either is unknown. */
  more: money.Amount | null;
  why: string[];
}

const idOf = (legs: readonly { account: string; quantity: number }[]): string =>
  legs
    .map((leg) => `${leg.account}×${leg.quantity}`)
    .sort()
    .join("+");

function marginOf(plan: readonly PlannedLeg[]): money.Amount | null {
  let total = money.ZERO;
  for (const leg of plan) {
    const part = money.parse(leg.margin_required);
    if (part === null) return null;
    total = money.add(total, part);
  }
  return total;
}

function alternative(option: Alternative, chosenTotal: money.Amount | null): Candidate {
  const total = money.parse(option.charges?.total);
  return {
    id: idOf(option.accounts),
    legs: option.accounts,
    chosen: false,
    feasible: option.feasible,
    charges: option.charges,
    margin: marginOf(option.accounts),
    marginEstimated: option.accounts.some((leg) => leg.margin_estimated),
    more:
      money.parse(option.beaten_by) ??
      (total === null || chosenTotal === null ? null : money.subtract(total, chosenTotal)),
    why: option.reasons.map((reason) => reason.message),
  };
}

export function candidatesOf(decision: Decision): Candidate[] {
  const chosenTotal = money.parse(decision.charges?.total);
  const chosen: Candidate[] = decision.plan
    ? [
        {
          id: idOf(decision.plan),
          legs: decision.plan,
          chosen: true,
          feasible: true,
          charges: decision.charges,
          margin: marginOf(decision.plan),
          marginEstimated: decision.plan.some((leg) => leg.margin_estimated),
          more: null,
          why: decision.reasons.map((reason) => reason.message),
        },
      ]
    : [];
  const others = decision.alternatives
    .map((option) => alternative(option, chosenTotal))
    .filter((candidate) => candidate.id !== chosen[0]?.id);
  const rank = (candidate: Candidate) => (candidate.feasible ? 0 : 1);
  return [
    ...chosen,
    ...others.sort((a, b) => rank(a) - rank(b) || money.compare(a.more ?? money.ZERO, b.more ?? money.ZERO)),
  ];
}

const items = ["brokerage", "stt", "exchange", "sebi", "stamp", "gst", "dp", "desk", "total"] as const;

export const chargeItems: readonly { key: (typeof items)[number]; label: string }[] = items.map((key) => ({
  key,
  label: t(`routing:items.${key}`),
}));
