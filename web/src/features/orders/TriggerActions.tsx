// What can be done with a trigger that still waits at its broker: change it, or take it back after a second yes.
import { Pencil } from "lucide-react";
import { useRef, useState } from "react";
import { type Conditional, inWords, problemOf, useCancelConditionalMutation } from "@/api";
import { Button } from "@/components/button";
import { toast } from "@/components/toasts";
import { useOnline } from "@/lib/hooks";
import { newKey } from "@/lib/keys";
import { t } from "@/text";
import { draftOf, isLive, nameOf } from "./conditionals";
import { TriggerSheet } from "./TriggerSheet";

export function TriggerActions({ one, form = "row" }: { one: Conditional; form?: "row" | "card" }) {
  const [changing, setChanging] = useState(false);
  const [asking, setAsking] = useState(false);
  const [cancel, { isLoading }] = useCancelConditionalMutation();
  const key = useRef("");
  const online = useOnline();
  if (!isLive(one)) return null;
  const why = online ? null : t("orders:offline");
  const name = nameOf(one);
  const size = form === "card" ? "md" : "sm";

  async function send(): Promise<void> {
    setAsking(false);
    key.current ||= newKey();
    try {
      const answer = await cancel({
        account: one.account,
        conditionalId: one.id,
        "idempotency-key": key.current,
      }).unwrap();
      if (answer.outcome === "done") return;
      key.current = "";
      const tone = answer.outcome === "rejected" ? "bad" : "warning";
      toast({
        tone,
        title: `${name}: ${t(`orders:outcome.${answer.outcome}`)}`,
        text: answer.broker_words ?? undefined,
      });
    } catch (problem) {
      toast({ tone: "bad", title: t("orders:not_cancelled", { symbol: name }), text: inWords(problemOf(problem)) });
    }
  }

  return (
    <span className="inline-flex gap-1">
      {asking ? (
        <>
          <Button look="danger" size={size} onClick={() => void send()}>
            {t("orders:cancel_it")}
          </Button>
          <Button size={size} onClick={() => setAsking(false)}>
            {t("orders:keep")}
          </Button>
        </>
      ) : (
        <>
          <Button
            look={form === "card" ? "plain" : "ghost"}
            size={size}
            disabled={why !== null || draftOf(one) === null}
            why={why ?? t("orders:gtt.unreadable")}
            aria-label={t("orders:change_of", { name })}
            onClick={() => setChanging(true)}
          >
            {form === "card" ? t("orders:change") : <Pencil className="size-3.5" aria-hidden="true" />}
          </Button>
          <Button
            size={size}
            disabled={isLoading || why !== null}
            why={why}
            aria-label={t("orders:cancel_at", { name, account: one.account_label })}
            onClick={() => setAsking(true)}
          >
            {t("common:cancel")}
          </Button>
        </>
      )}
      {changing && <TriggerSheet one={one} onClose={() => setChanging(false)} />}
    </span>
  );
}
