// What is asked before a webhook is paused, removed, or gets a new secret; and the secret, shown once.
import "@/text/rooms/webhooks";
import { inWords, problemOf, type Webhook, type WebhookMade } from "@/api";
import { useChangeWebhookMutation, useRemoveWebhookMutation, useRotateWebhookSecretMutation } from "@/api/programs";
import { Button } from "@/components/button";
import { Copied } from "@/components/copied";
import { Dialog } from "@/components/dialog";
import { Question } from "@/components/question";
import { toast } from "@/components/toasts";
import { t } from "@/text";

interface Props {
  hook: Webhook;
  onClose: () => void;
}

export function PauseWebhook({ hook, onClose }: Props) {
  const [change, { error, isLoading }] = useChangeWebhookMutation();

  async function pause(): Promise<void> {
    const { error: refused } = await change({ webhookId: hook.id, webhookChangeIn: { enabled: false } });
    if (!refused) onClose();
  }

  return (
    <Question
      title={t("webhooks:pause_title", { name: hook.name })}
      about={t("webhooks:pause_about")}
      yes={t("webhooks:pause")}
      busy={isLoading}
      refused={error && inWords(problemOf(error))}
      onYes={() => void pause()}
      onClose={onClose}
    />
  );
}

export function RemoveWebhook({ hook, onClose }: Props) {
  const [remove, { error, isLoading }] = useRemoveWebhookMutation();

  async function submit(): Promise<void> {
    const { error: refused } = await remove({ webhookId: hook.id });
    if (refused) return;
    toast({ tone: "good", title: t("webhooks:removed", { name: hook.name }) });
    onClose();
  }

  return (
    <Question
      danger
      title={t("webhooks:remove_title", { name: hook.name })}
      about={t("webhooks:remove_about")}
      yes={t("webhooks:remove")}
      no={t("webhooks:keep")}
      busy={isLoading}
      refused={error && inWords(problemOf(error))}
      onYes={() => void submit()}
      onClose={onClose}
    />
  );
}

export function RotateSecret({ hook, onMade, onClose }: Props & { onMade: (made: WebhookMade) => void }) {
  const [rotate, { error, isLoading }] = useRotateWebhookSecretMutation();

  async function anew(): Promise<void> {
    const { data } = await rotate({ webhookId: hook.id });
    if (data) onMade(data);
  }

  return (
    <Question
      title={t("webhooks:rotate_title", { name: hook.name })}
      about={t("webhooks:rotate_about")}
      yes={t("webhooks:rotate")}
      busy={isLoading}
      refused={error && inWords(problemOf(error))}
      onYes={() => void anew()}
      onClose={onClose}
    />
  );
}

export function WebhookSecret({ made, onClose }: { made: WebhookMade; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title={t("webhooks:once")}>
      <div className="flex flex-col gap-4 p-4">
        <p className="text-quiet">{t("webhooks:once_about")}</p>
        <Copied label={t("webhooks:secret")} text={made.secret} />
        <Button look="primary" className="self-start" onClick={onClose}>
          {t("webhooks:have_it")}
        </Button>
      </div>
    </Dialog>
  );
}
