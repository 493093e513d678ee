// Webhooks: servers of the user's own that are told what happens, how each stands, and what can be done about it.
import "@/text/rooms/webhooks";
import { useState } from "react";
import { inWords, problemOf, type Webhook, type WebhookMade } from "@/api";
import { useChangeWebhookMutation, useListWebhooksQuery, useTestWebhookMutation } from "@/api/programs";
import { StateWord } from "@/components/badge";
import { Button } from "@/components/button";
import { Part } from "@/components/part";
import { Notice, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import { dayTime } from "@/lib/time";
import { t } from "@/text";
import { WebhookForm } from "./WebhookForm";
import { WebhookLog } from "./WebhookLog";
import { PauseWebhook, RemoveWebhook, RotateSecret, WebhookSecret } from "./WebhookQuestions";
import { shortEvent, standing } from "./words";

type About = "change" | "log" | "pause" | "rotate" | "remove";
type Open = { what: "make" } | { what: About; hook: Webhook } | { what: "secret"; made: WebhookMade };

export function WebhooksPart() {
  const { data, error, refetch } = useListWebhooksQuery(undefined, { refetchOnMountOrArgChange: true });
  const [open, setOpen] = useState<Open | null>(null);
  return (
    <Part title={t("webhooks:title")} about={t("webhooks:about")} room="wide" className="first:border-t-0">
      {error && (
        <Notice tone="bad" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {!data && !error && <Waiting rows={2} />}
      {data?.items.length === 0 && <p className="text-quiet">{t("webhooks:none")}</p>}
      {data && data.items.length > 0 && (
        <ul aria-label={t("webhooks:title")} className="border-t border-line">
          {data.items.map((hook) => (
            <Row key={hook.id} hook={hook} onOpen={(what) => setOpen({ what, hook })} />
          ))}
        </ul>
      )}
      <Button className="self-start" onClick={() => setOpen({ what: "make" })}>
        {t("webhooks:make")}
      </Button>
      {open && (
        <Floating open={open} onClose={() => setOpen(null)} onMade={(made) => setOpen({ what: "secret", made })} />
      )}
    </Part>
  );
}

interface FloatingProps {
  open: Open;
  onClose: () => void;
  onMade: (made: WebhookMade) => void;
}

function Floating({ open, onClose, onMade }: FloatingProps) {
  switch (open.what) {
    case "make":
      return <WebhookForm onMade={onMade} onClose={onClose} />;
    case "change":
      return <WebhookForm hook={open.hook} onMade={onMade} onClose={onClose} />;
    case "secret":
      return <WebhookSecret made={open.made} onClose={onClose} />;
    case "log":
      return <WebhookLog hook={open.hook} onClose={onClose} />;
    case "pause":
      return <PauseWebhook hook={open.hook} onClose={onClose} />;
    case "rotate":
      return <RotateSecret hook={open.hook} onMade={onMade} onClose={onClose} />;
    case "remove":
      return <RemoveWebhook hook={open.hook} onClose={onClose} />;
  }
}

function Row({ hook, onOpen }: { hook: Webhook; onOpen: (what: About) => void }) {
  const [change, changing] = useChangeWebhookMutation();
  const { tone, words } = standing(hook);
  return (
    <li className="flex flex-col gap-2 border-b border-line py-2">
      <div className="flex min-w-0 flex-wrap items-baseline gap-x-3">
        <p className="min-w-0 break-words font-medium">{hook.name}</p>
        <StateWord tone={tone}>{words}</StateWord>
      </div>
      {!hook.enabled && hook.off_why && <Notice tone="warning">{t("webhooks:off_why", { why: hook.off_why })}</Notice>}
      <p className="text-sm break-words text-quiet">{hook.events.map(shortEvent).join(" · ")}</p>
      <p className="text-xs break-all text-faint">{hook.url}</p>
      {hook.old_secret_until && Date.parse(hook.old_secret_until) > Date.now() && (
        <p className="text-xs text-faint">{t("webhooks:both_secrets", { time: dayTime(hook.old_secret_until) })}</p>
      )}
      <div className="flex flex-wrap gap-2">
        <Test hook={hook} />
        <Action name={hook.name} words={t("webhooks:log")} onClick={() => onOpen("log")} />
        {hook.enabled ? (
          <Action name={hook.name} words={t("webhooks:pause")} onClick={() => onOpen("pause")} />
        ) : (
          <Action
            name={hook.name}
            words={t("webhooks:resume")}
            disabled={changing.isLoading}
            onClick={() => void change({ webhookId: hook.id, webhookChangeIn: { enabled: true } })}
          />
        )}
        <Action name={hook.name} words={t("webhooks:change")} onClick={() => onOpen("change")} />
        <Action name={hook.name} words={t("webhooks:rotate")} onClick={() => onOpen("rotate")} />
        <Action name={hook.name} words={t("webhooks:remove")} onClick={() => onOpen("remove")} />
      </div>
      {changing.error && <Notice tone="bad">{inWords(problemOf(changing.error))}</Notice>}
    </li>
  );
}

function Test({ hook }: { hook: Webhook }) {
  const [send, { error, isLoading }] = useTestWebhookMutation();
  const name = hook.name;

  async function test(): Promise<void> {
    const { data } = await send({ webhookId: hook.id });
    if (!data) return;
    if (data.state === "delivered") {
      toast({ tone: "good", title: t("webhooks:test_took", { name }), text: t("webhooks:test_answer", data) });
      return;
    }
    const text = data.status === null ? data.answer : t("webhooks:test_failed_status", data);
    toast({ tone: "bad", title: t("webhooks:test_failed", { name }), text });
  }

  return (
    <>
      <Action name={name} words={t("webhooks:test")} disabled={isLoading} onClick={() => void test()} />
      {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
    </>
  );
}

interface ActionProps {
  name: string;
  words: string;
  disabled?: boolean;
  onClick: () => void;
}

function Action({ name, words, disabled, onClick }: ActionProps) {
  return (
    <Button size="sm" aria-label={`${words}: ${name}`} disabled={disabled} onClick={onClick}>
      {words}
    </Button>
  );
}
