// What was sent to a webhook and what came back, the newest first; what was given up can be sent again.
import "@/text/rooms/webhooks";
import { useState } from "react";
import { inWords, problemOf, type Webhook, type WebhookDelivery, type WebhookDeliveryState } from "@/api";
import { useListWebhookDeliveriesQuery, useResendWebhookDeliveryMutation } from "@/api/programs";
import { StateWord, type Tone } from "@/components/badge";
import { Button } from "@/components/button";
import { Segmented } from "@/components/field";
import { Sheet } from "@/components/sheet";
import { Notice, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import { dayTime } from "@/lib/time";
import { t } from "@/text";
import { shortEvent } from "./words";

type Shown = "all" | WebhookDeliveryState;
const choices: readonly Shown[] = ["all", "waiting", "delivered", "dead"];
const tones: Record<WebhookDeliveryState, Tone> = { waiting: "warning", delivered: "good", dead: "bad" };
const EVERY = 5000;

export function WebhookLog({ hook, onClose }: { hook: Webhook; onClose: () => void }) {
  const [shown, setShown] = useState<Shown>("all");
  const [cursors, setCursors] = useState<(number | undefined)[]>([undefined]);

  function show(next: Shown): void {
    setShown(next);
    setCursors([undefined]);
  }

  return (
    <Sheet open onClose={onClose} desk="panel" title={`${t("webhooks:log")}: ${hook.name}`}>
      <div className="flex flex-col gap-3 p-4">
        <Segmented
          label={t("webhooks:show")}
          hideLabel
          value={shown}
          choices={choices.map((value) => ({ value, label: t(`webhooks:state.${value}`) }))}
          onChange={show}
        />
        <div>
          {cursors.map((cursor, at) => (
            <Page
              key={`${shown} ${cursor ?? ""}`}
              hook={hook}
              shown={shown}
              cursor={cursor}
              last={at === cursors.length - 1}
              onOlder={(next) => setCursors([...cursors, next])}
            />
          ))}
        </div>
      </div>
    </Sheet>
  );
}

interface PageProps {
  hook: Webhook;
  shown: Shown;
  cursor?: number;
  last: boolean;
  onOlder: (next: number) => void;
}

function Page({ hook, shown, cursor, last, onOlder }: PageProps) {
  const { data, error, refetch } = useListWebhookDeliveriesQuery(
    { webhookId: hook.id, state: shown === "all" ? undefined : shown, cursor },
    { pollingInterval: cursor === undefined ? EVERY : 0, refetchOnMountOrArgChange: true },
  );
  const next = data?.next_cursor;
  return (
    <>
      {error && (
        <Notice tone="bad" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {!data && !error && <Waiting rows={4} />}
      {data?.items.length === 0 && cursor === undefined && (
        <p className="text-quiet">{t(shown === "all" ? "webhooks:nothing_sent" : "webhooks:nothing_of")}</p>
      )}
      {data && data.items.length > 0 && (
        <ol aria-label={t("webhooks:log")} className="border-t border-line">
          {data.items.map((one) => (
            <Row key={one.id} one={one} hook={hook} />
          ))}
        </ol>
      )}
      {last && next && (
        <Button className="mt-3" onClick={() => onOlder(Number(next))}>
          {t("webhooks:older")}
        </Button>
      )}
    </>
  );
}

function Row({ one, hook }: { one: WebhookDelivery; hook: Webhook }) {
  const [resend, { error, isLoading }] = useResendWebhookDeliveryMutation();

  async function again(): Promise<void> {
    const { error: refused } = await resend({ webhookId: hook.id, messageId: one.id });
    if (!refused) toast({ tone: "good", title: t("webhooks:will_resend") });
  }

  return (
    <li className="flex flex-col gap-1 border-b border-line py-2">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="flex items-baseline gap-3">
          <StateWord tone={tones[one.state] ?? "unknown"}>{t(`webhooks:state.${one.state}`)}</StateWord>
          <span className="font-medium">{shortEvent(one.type)}</span>
        </span>
        <span className="text-xs text-faint tabular-nums">{t("webhooks:at", { time: dayTime(one.made_at) })}</span>
      </div>
      <p className="text-xs text-quiet tabular-nums">{lastTry(one)}</p>
      <div className="flex flex-wrap items-start justify-between gap-2">
        <details className="min-w-0 flex-1">
          <summary className="cursor-pointer text-xs text-accent max-md:py-3">{t("webhooks:message")}</summary>
          <Text label={t("webhooks:sent")} text={one.body} />
          {one.answer && <Text label={t("webhooks:came_back")} text={one.answer} />}
        </details>
        {one.state !== "waiting" && (
          <Button
            size="sm"
            disabled={isLoading || !hook.enabled}
            why={t("webhooks:paused")}
            aria-label={`${t("webhooks:resend")}: ${shortEvent(one.type)}, ${dayTime(one.made_at)}`}
            onClick={() => void again()}
          >
            {t("webhooks:resend")}
          </Button>
        )}
      </div>
      {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
    </li>
  );
}

function Text({ label, text }: { label: string; text: string }) {
  return (
    <div className="pt-1">
      <p className="text-xs text-faint">{label}</p>
      <pre className="font-mono text-xs whitespace-pre-wrap break-all text-quiet">{text}</pre>
    </div>
  );
}

/** "answered 500 · 12 ms · 3 tries · next try 10:31 IST", as far as there is anything to tell. */
function lastTry(one: WebhookDelivery): string {
  const tried = one.tried_at !== null;
  const answer = one.status === null ? one.answer || t("webhooks:no_answer") : t("webhooks:status", one);
  return [
    ...(tried ? [answer] : []),
    ...(tried && one.ms !== null ? [t("webhooks:took_ms", { ms: one.ms })] : []),
    t("webhooks:tries", { count: one.attempts }),
    ...(one.due_at ? [t("webhooks:next_try", { time: dayTime(one.due_at) })] : []),
  ].join(" · ");
}
