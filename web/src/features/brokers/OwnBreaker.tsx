// One's own breaker: holds what is new away from an account, and lets it through again.
import "@/text/rooms/brokers";
import { useState } from "react";
import { type Account, inWords, problemOf } from "@/api";
import { useCloseBreakerMutation, useGetBreakerQuery, useOpenBreakerMutation } from "@/api/brokers";
import { Button } from "@/components/button";
import { Notice } from "@/components/surface";
import { toast } from "@/components/toasts";
import { t } from "@/text";
import { HoldOpen } from "./HoldOpen";
import { heldWords } from "./held";

export function OwnBreaker({ account }: { account: Account }) {
  const accountId = account.id;
  const name = account.label;
  const { data, error } = useGetBreakerQuery({ accountId }, { refetchOnMountOrArgChange: true });
  const [open, opening] = useOpenBreakerMutation();
  const [close, closing] = useCloseBreakerMutation();
  const [asked, setAsked] = useState(false);
  if (error) return <Notice tone="bad">{inWords(problemOf(error))}</Notice>;
  if (!data) return null;
  const own = data.held.some((held) => held.by === "owner");
  const stands = own || data.reads === "open" || data.writes === "open";

  function ask(): void {
    opening.reset(); // an earlier refusal is no answer to this
    setAsked(true);
  }

  async function hold(holdOpenIn: { reason: string; until: string | null }): Promise<void> {
    const { error: refused } = await open({ accountId, holdOpenIn });
    if (refused) return;
    toast({ tone: "good", title: t("brokers:hold.held", { name }) });
    setAsked(false);
  }

  async function letThrough(): Promise<void> {
    const { error: refused } = await close({ accountId });
    if (refused) toast({ tone: "bad", title: inWords(problemOf(refused)) });
    else toast({ tone: "good", title: t("brokers:hold.closed", { name }) });
  }

  return (
    <div className="flex flex-col gap-3">
      {data.held.map((held) => (
        <Notice key={`${held.by} ${held.whole_broker}`} tone="warning">
          {heldWords(held)}
        </Notice>
      ))}
      <div className="flex flex-wrap gap-2">
        {!own && <Button onClick={ask}>{t("brokers:hold.open")}</Button>}
        {stands && (
          <Button disabled={closing.isLoading} onClick={() => void letThrough()}>
            {t("brokers:hold.close")}
          </Button>
        )}
      </div>
      {asked && (
        <HoldOpen
          title={t("brokers:hold.title", { name })}
          about={t("brokers:hold.about")}
          busy={opening.isLoading}
          error={opening.error}
          onHold={(body) => void hold(body)}
          onClose={() => setAsked(false)}
        />
      )}
    </div>
  );
}
