// The fault form as text, and what of it can be sent.
import type { BrokerName, FaultIn } from "@/api";

export interface FaultDraft {
  broker: BrokerName;
  fault: string;
  call: string;
  seconds: string;
  times: string;
  percent: string;
}

export const noFault = (broker: BrokerName): FaultDraft => ({
  broker,
  fault: "timeout_after_accept",
  call: "place",
  seconds: "2",
  times: "1",
  percent: "100",
});

/** What to send; null while a number is none or the percentage is not between 1 and 100. */
export function faultOf(draft: FaultDraft, needsSeconds: boolean): FaultIn | null {
  const times = draft.times.trim() === "" ? null : Number(draft.times);
  const percent = Number(draft.percent);
  const seconds = Number(draft.seconds);
  if (times !== null && (!Number.isInteger(times) || times < 1)) return null;
  if (!Number.isFinite(percent) || percent < 1 || percent > 100) return null;
  if (needsSeconds && (draft.seconds.trim() === "" || !Number.isFinite(seconds))) return null;
  return {
    broker: draft.broker,
    fault: draft.fault,
    call: draft.call || null,
    times,
    probability: percent / 100,
    ...(needsSeconds ? { seconds } : {}),
  };
}
