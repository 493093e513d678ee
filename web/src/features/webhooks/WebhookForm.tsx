// A new webhook, or what is to be another of one: its name, its address, what it is told of.
import "@/text/rooms/webhooks";
import { useState } from "react";
import { inWords, problemOf, type Webhook, type WebhookEvent, type WebhookMade } from "@/api";
import { useChangeWebhookMutation, useMakeWebhookMutation } from "@/api/programs";
import { Button } from "@/components/button";
import { Check } from "@/components/check";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { t } from "@/text";
import { events, eventWords } from "./words";

interface Props {
  /** The one that is changed; none: a new one. */
  hook?: Webhook;
  onMade: (made: WebhookMade) => void;
  onClose: () => void;
}

const usual: WebhookEvent[] = ["order.filled"];

export function WebhookForm({ hook, onMade, onClose }: Props) {
  const [name, setName] = useState(hook?.name ?? "");
  const [url, setUrl] = useState(hook?.url ?? "");
  const [chosen, setChosen] = useState<WebhookEvent[]>(hook?.events ?? usual);
  const [make, making] = useMakeWebhookMutation();
  const [change, changing] = useChangeWebhookMutation();
  const error = making.error ?? changing.error;
  const complete = name.trim() !== "" && url.trim() !== "" && chosen.length > 0;
  const tick = (event: WebhookEvent, on: boolean): void =>
    setChosen(events.filter((each) => (each === event ? on : chosen.includes(each))));

  async function submit(form: React.FormEvent): Promise<void> {
    form.preventDefault();
    if (!complete) return;
    const given = { name: name.trim(), url: url.trim(), events: chosen };
    if (hook) {
      const { error: refused } = await change({ webhookId: hook.id, webhookChangeIn: given });
      if (!refused) onClose();
      return;
    }
    const { data } = await make({ webhookIn: given });
    if (data) onMade(data);
  }

  return (
    <Dialog open onClose={onClose} title={hook ? t("webhooks:change_title", { name: hook.name }) : t("webhooks:make")}>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4 p-4">
        <Field
          label={t("webhooks:name")}
          hint={t("webhooks:name_hint")}
          value={name}
          maxLength={60}
          autoFocus
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label={t("webhooks:url")}
          hint={t("webhooks:url_hint")}
          type="url"
          inputMode="url"
          autoCapitalize="none"
          spellCheck={false}
          value={url}
          onChange={(event) => setUrl(event.target.value)}
        />
        <fieldset>
          <legend className="mb-1 text-xs text-quiet">{t("webhooks:events")}</legend>
          {events.map((event) => (
            <Check
              key={event}
              label={eventWords(event)}
              checked={chosen.includes(event)}
              onChange={(on) => tick(event, on)}
            />
          ))}
        </fieldset>
        {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
        <Button
          look="primary"
          type="submit"
          className="self-start"
          disabled={!complete || making.isLoading || changing.isLoading}
        >
          {t(hook ? "common:save" : "webhooks:make_it")}
        </Button>
      </form>
    </Dialog>
  );
}
