// Why no other plan is better, as the server proved it, and how to make the decision again from what it was made of.
import "@/text/rooms/routing";
import type { Decision } from "@/api";
import * as money from "@/lib/money";
import { t } from "@/text";

const SHOWN = 12; // letters of the hash; the whole one stands in the tip

export function Certificate({ decision, order }: { decision: Decision; order: string }) {
  const { certificate, hash, policy_words } = decision;
  return (
    <details className="text-xs text-quiet">
      <summary className="py-1 text-accent select-none max-md:py-3.5">{t("routing:certificate.title")}</summary>
      <div className="flex flex-col gap-1 pb-2">
        {policy_words && <p>{policy_words}</p>}
        {certificate && (
          <p>
            {t("routing:certificate.proof", {
              minimised: certificate.minimised,
              cost: money.rupees(certificate.cost),
            })}{" "}
            {certificate.bound !== null && t("routing:certificate.bound", { bound: money.rupees(certificate.bound) })}{" "}
            {t("routing:certificate.beaten", { count: certificate.beaten })}{" "}
            {t("routing:certificate.ruled_out", { count: certificate.ruled_out })}
          </p>
        )}
        <p title={hash}>
          {t("routing:certificate.hash")} <code className="text-ink">{hash.slice(0, SHOWN)}</code>
        </p>
        <p>
          {t("routing:certificate.replay")}{" "}
          <code className="break-all text-ink">{t("routing:certificate.command", { order })}</code>
        </p>
      </div>
    </details>
  );
}
