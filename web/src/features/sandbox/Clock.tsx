// The simulated time: how fast it goes, put forward; trading halted and resumed; whether others trade.
import "@/text/rooms/sandbox";
import type { Sandbox } from "@/api";
import {
  useHaltMarketMutation,
  useResumeMarketMutation,
  useSetFlowMutation,
  useSetSandboxClockMutation,
} from "@/api/sandbox";
import { Button } from "@/components/button";
import { Segmented } from "@/components/field";
import { Part } from "@/components/part";
import { dayTime } from "@/lib/time";
import { t } from "@/text";
import { Refused } from "./Refused";

const speeds = [1, 10, 60] as const;
const steps = [
  { key: "minute", seconds: 60 },
  { key: "quarter", seconds: 900 },
  { key: "hour", seconds: 3600 },
  { key: "day", seconds: 86_400 },
] as const;

export function Clock({ sandbox: { clock, flow } }: { sandbox: Sandbox }) {
  const [set, setting] = useSetSandboxClockMutation();
  const [halt, halting] = useHaltMarketMutation();
  const [resume, resuming] = useResumeMarketMutation();
  const [setFlow, flowing] = useSetFlowMutation();
  const sessions = [...new Set(clock.sessions.map(({ session }) => session.replaceAll("_", " ")))];
  const speed = speeds.find((each) => each === clock.speed);
  return (
    <Part room="wide" title={t("sandbox:clock.title")} about={t("sandbox:clock.about")}>
      <Refused error={setting.error ?? halting.error ?? resuming.error ?? flowing.error} />
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        <div>
          <dt className="text-xs text-faint">{t("sandbox:clock.now")}</dt>
          <dd className="text-lg font-medium">{t("sandbox:clock.ist", { time: dayTime(clock.ist) })}</dd>
        </div>
        <div>
          <dt className="text-xs text-faint">{t("sandbox:clock.sessions")}</dt>
          <dd className="text-lg">{clock.always_open ? t("sandbox:clock.always_open") : sessions.join(", ")}</dd>
        </div>
      </dl>
      <Segmented
        label={t("sandbox:clock.speed")}
        value={String(speed ?? clock.speed)}
        disabled={setting.isLoading}
        onChange={(value) => set({ clockIn: { mode: "real", speed: Number(value) } })}
        choices={speeds.map((each) => ({
          value: String(each),
          label: t("sandbox:clock.times", { speed: each }),
        }))}
      />
      <div>
        <p className="mb-1 text-xs text-quiet">{t("sandbox:clock.ahead")}</p>
        <div className="flex flex-wrap gap-2">
          {steps.map(({ key, seconds }) => (
            <Button key={key} disabled={setting.isLoading} onClick={() => set({ clockIn: { advance: seconds } })}>
              {t(`sandbox:clock.${key}`)}
            </Button>
          ))}
        </div>
      </div>
      <Segmented
        label={t("sandbox:clock.flow")}
        value={flow ? "on" : "off"}
        disabled={flowing.isLoading}
        onChange={(value) => setFlow({ backgroundIn: { enabled: value === "on" } })}
        choices={[
          { value: "on", label: t("sandbox:switches.on") },
          { value: "off", label: t("sandbox:switches.off") },
        ]}
      />
      <div className="flex gap-2">
        <Button look="danger" disabled={halting.isLoading} onClick={() => halt({ haltIn: {} })}>
          {t("sandbox:clock.halt")}
        </Button>
        <Button disabled={resuming.isLoading} onClick={() => resume()}>
          {t("sandbox:clock.resume")}
        </Button>
      </div>
    </Part>
  );
}
