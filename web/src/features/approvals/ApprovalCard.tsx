// One order that waits: what is asked and by whom, what it breaks, what would be sent, and yes or no.
import "@/text/rooms/tokens";
import { useState } from "react";
import { Link } from "react-router";
import { type Approval, inWords, problemOf } from "@/api";
import { useApproveOrderMutation, useDeclineOrderMutation } from "@/api/programs";
import { SideWord, StateWord, type Tone } from "@/components/badge";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { Receipt } from "@/features/routing/Receipt";
import { useClock } from "@/lib/hooks";
import * as money from "@/lib/money";
import { span } from "@/lib/time";
import { hasText, t } from "@/text";

const tones: Record<Approval["state"], Tone> = {
  waiting: "warning",
  approved: "good",
  declined: "quiet",
  expired: "bad",
};

export function ApprovalCard({ approval }: { approval: Approval }) {
  const ends = Date.parse(approval.expires_at);
  const left = useClock((now) => Math.max(0, Math.ceil((ends - now) / 1000)));
  const waiting = approval.state === "waiting" && left > 0;
  return (
    <article
      aria-label={t("tokens:asks", { name: approval.token_name ?? t("tokens:a_program") })}
      className="flex flex-col gap-3 border-t border-line px-4 py-4"
    >
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <h2 className="font-medium">{t("tokens:asks", { name: approval.token_name ?? t("tokens:a_program") })}</h2>
        {waiting ? (
          <span className="tabular-nums text-warning">{t("tokens:left", { time: span(left) })}</span>
        ) : (
          <StateWord tone={tones[approval.state]}>{t(`tokens:state.${approval.state}`)}</StateWord>
        )}
      </div>
      <Asked approval={approval} />
      <div>
        <h3 className="text-xs text-quiet">{t("tokens:outside")}</h3>
        <ul>
          {approval.breaches.map((breach) => (
            <li key={breach.clause}>
              {t("tokens:breach", { clause: clauseOf(breach.clause), asked: breach.asked, allowed: breach.allowed })}
            </li>
          ))}
        </ul>
      </div>
      <div>
        <h3 className="text-xs text-quiet">{t("tokens:plan")}</h3>
        <p>{approval.decision.summary}</p>
        <Receipt decision={approval.decision} />
      </div>
      {waiting && <Answer approval={approval} />}
      {approval.words && <p className="text-quiet">{approval.words}</p>}
      {approval.order_id && (
        <Link to={`/orders/${approval.order_id}`} className="text-accent underline underline-offset-2">
          {t("tokens:approved")}
        </Link>
      )}
    </article>
  );
}

function clauseOf(clause: string): string {
  const key = `tokens:clause.${clause}`;
  return hasText(key) ? t(key) : clause;
}

function Asked({ approval: { order } }: { approval: Approval }) {
  const price = order.price ? `${t("tokens:at")} ${money.price(order.price)}` : "";
  return (
    <p className="text-base">
      <SideWord side={order.side} />{" "}
      {`${money.quantity(order.quantity)} ${order.exchange}:${order.symbol} ${order.product} ${order.order_type} ${price}`}
    </p>
  );
}

function Answer({ approval }: { approval: Approval }) {
  const [approve, approving] = useApproveOrderMutation();
  const [decline, declining] = useDeclineOrderMutation();
  const [words, setWords] = useState("");
  const failed = approving.error ?? declining.error;
  const problem = failed ? problemOf(failed) : null;
  const busy = approving.isLoading || declining.isLoading;
  return (
    <div className="flex flex-col gap-3">
      {problem && (
        <Notice tone={problem.code === "plan_changed" ? "warning" : "bad"}>
          {problem.code === "plan_changed" ? t("tokens:plan_changed") : inWords(problem)}
        </Notice>
      )}
      {approval.needs_proof && <p className="text-xs text-faint">{t("tokens:proof")}</p>}
      <Field label={t("tokens:why")} value={words} maxLength={200} onChange={(event) => setWords(event.target.value)} />
      <div className="flex flex-wrap gap-2 max-md:flex-col">
        <Button
          look="primary"
          size="lg"
          disabled={busy}
          onClick={() => void approve({ approvalId: approval.id, approveIn: { plan_hash: approval.plan_hash } })}
        >
          {t("tokens:approve")}
        </Button>
        <Button
          size="lg"
          disabled={busy}
          onClick={() => void decline({ approvalId: approval.id, declineIn: { words } })}
        >
          {t("tokens:decline")}
        </Button>
      </div>
    </div>
  );
}
