// What needs a person now, each with the way to where it is dealt with.
import { ChevronRight } from "lucide-react";
import { Link } from "react-router";
import type { Matter } from "@/api";
import { cx } from "@/lib/classes";
import { dayTime } from "@/lib/time";
import { t } from "@/text";

const dots: Record<string, string> = { urgent: "bg-loss", warning: "bg-warning", info: "bg-faint" };

function dotOf({ kind, severity }: Matter): string {
  return kind === "order_unknown" ? "striped striped-fine" : (dots[severity] ?? "bg-warning");
}

export function MatterList({ matters, onFollow }: { matters: readonly Matter[]; onFollow?: () => void }) {
  return (
    <ul aria-label={t("notices:matters")}>
      {matters.map((matter) => (
        <li key={matter.id} className="border-b border-line">
          <Link
            to={matter.to}
            onClick={onFollow}
            className="flex min-h-11 items-center gap-2.5 px-4 py-1.5 hover:bg-hover"
          >
            <span className={cx("size-2 shrink-0 rounded-full", dotOf(matter))} aria-hidden="true" />
            <span className="min-w-0 flex-1">
              <span className="flex items-baseline justify-between gap-3">
                <span className="font-medium">{matter.title}</span>
                {matter.since && (
                  <time dateTime={matter.since} className="text-xs whitespace-nowrap text-faint">
                    {t("notices:since", { time: dayTime(matter.since) })}
                  </time>
                )}
              </span>
              <span className="block text-xs text-quiet">{matter.words}</span>
            </span>
            <ChevronRight className="size-4 shrink-0 text-faint" aria-hidden="true" />
          </Link>
        </li>
      ))}
    </ul>
  );
}
