// What an alert is doing, in a word.
import "@/text/rooms/alerts";
import type { Alert } from "@/api";
import { StateWord, type Tone } from "@/components/badge";
import { dayTime } from "@/lib/time";
import { hasText, t } from "@/text";

const tones: Record<Alert["state"], Tone> = { active: "good", paused: "quiet", fired: "accent", expired: "quiet" };

export function AlertState({ alert }: { alert: Alert }) {
  const waiting = alert.state === "active" && !alert.armed;
  const key = `alerts:state.${waiting ? "unarmed" : alert.state}`;
  const words = hasText(key) ? t(key) : alert.state;
  return (
    <span
      title={
        waiting
          ? t("alerts:unarmed_help")
          : alert.fired_at
            ? t("alerts:fired_at", { time: dayTime(alert.fired_at) })
            : undefined
      }
    >
      <StateWord tone={waiting ? "quiet" : (tones[alert.state] ?? "unknown")}>{words}</StateWord>
    </span>
  );
}
