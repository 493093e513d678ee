// A broker that does not answer is named, with since when; its last numbers stay, greyed.
import { Link } from "react-router";
import type { Gap } from "@/api";
import { BrokerBadge } from "@/components/badge";
import { Notice } from "@/components/surface";
import { dayTime } from "@/lib/time";

export const withoutWords = (gaps: readonly Gap[]): string | null =>
  gaps.length ? `without ${gaps.map((gap) => `${gap.label} since ${dayTime(gap.since)}`).join(", ")}` : null;

export function Gaps({ gaps, counted }: { gaps: readonly Gap[]; counted: (gap: Gap) => boolean }) {
  if (gaps.length === 0) return null;
  return (
    <Notice
      tone="warning"
      className="mx-4 mb-3"
      action={
        <Link to="/brokers" className="text-accent underline underline-offset-2">
          Brokers
        </Link>
      }
    >
      <p className="font-medium first-letter:uppercase">{withoutWords(gaps)} IST</p>
      <ul>
        {gaps.map((gap) => (
          <li key={gap.account} className="flex items-start gap-2 text-quiet">
            <BrokerBadge broker={gap.broker} stale />
            <span>
              {gap.reason}
              {counted(gap) ? ". The totals count its last numbers, greyed below." : ". Its money is in no total."}
            </span>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
