// A broker that does not answer is named, with since when; its last numbers stay, greyed.
import { Link } from "react-router";
import type { Gap } from "@/api";
import { BrokerBadge } from "@/components/badge";
import { Notice } from "@/components/surface";
import { dayTime } from "@/lib/time";
import { t } from "@/text";

export const withoutWords = (gaps: readonly Gap[]): string | null =>
  gaps.length
    ? t("portfolio:without", {
        names: gaps
          .map((gap) => t("portfolio:without_name", { name: gap.label, since: dayTime(gap.since) }))
          .join(", "),
      })
    : null;

export function Gaps({ gaps, counted }: { gaps: readonly Gap[]; counted: (gap: Gap) => boolean }) {
  if (gaps.length === 0) return null;
  return (
    <Notice
      tone="warning"
      className="mx-4 mb-3"
      action={
        <Link to="/brokers" className="text-accent underline underline-offset-2">
          {t("portfolio:brokers")}
        </Link>
      }
    >
      <p className="font-medium first-letter:uppercase">{t("portfolio:ist", { words: withoutWords(gaps) })}</p>
      <ul>
        {gaps.map((gap) => (
          <li key={gap.account} className="flex items-start gap-2 text-quiet">
            <BrokerBadge broker={gap.broker} stale />
            <span>{t(counted(gap) ? "portfolio:gap_counted" : "portfolio:gap_uncounted", { reason: gap.reason })}</span>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
