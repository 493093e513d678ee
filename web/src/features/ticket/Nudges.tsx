// The nudges beside the form and in the review: words with a mark, never a lock.
import { TriangleAlert } from "lucide-react";
import { t } from "@/text";
import type { Nudge } from "./nudges";

export function Nudges({ found }: { found: readonly Nudge[] }) {
  return (
    <ul aria-label={t("ticket:nudges")} aria-live="polite" className="flex flex-col gap-1 text-xs empty:hidden">
      {found.map((nudge) => (
        <li key={nudge.id} className="flex items-start gap-1.5 text-warning">
          <TriangleAlert className="mt-px size-3.5 shrink-0" aria-hidden="true" />
          <span>{nudge.words}</span>
        </li>
      ))}
    </ul>
  );
}
