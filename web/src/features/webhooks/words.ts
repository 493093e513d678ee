// The words for what a webhook is told of, and for how it stands.
import "@/text/rooms/webhooks";
import type { Webhook, WebhookEvent } from "@/api";
import type { Tone } from "@/components/badge";
import { dayTime } from "@/lib/time";
import { hasText, t } from "@/text";

/** A record, so that the compiler misses an event that the server learns. */
const known: Record<WebhookEvent, true> = {
  "order.filled": true,
  "order.updated": true,
  "approval.waiting": true,
  "account.session_ended": true,
  "kill_switch.on": true,
  "kill_switch.released": true,
  "alert.fired": true,
};
export const events = Object.keys(known) as WebhookEvent[];

function wordsOf(kind: "event" | "event_short", event: string): string {
  const key = `webhooks:${kind}.${event.replaceAll(".", "_")}`;
  return hasText(key) ? t(key) : event;
}
export const eventWords = (event: WebhookEvent): string => wordsOf("event", event);
export const shortEvent = (event: string): string => wordsOf("event_short", event);

export function standing(hook: Webhook): { tone: Tone; words: string } {
  if (!hook.enabled)
    return hook.off_why ? { tone: "bad", words: t("webhooks:off") } : { tone: "quiet", words: t("webhooks:paused") };
  if (hook.failing_since)
    return { tone: "warning", words: t("webhooks:failing", { time: dayTime(hook.failing_since) }) };
  return { tone: "good", words: t("webhooks:on") };
}
