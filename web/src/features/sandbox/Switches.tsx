// What each broker of the sandbox enforces: all off for a first try, all on as in life.
import "@/text/rooms/sandbox";
import { useState } from "react";
import type { BrokerName, Sandbox } from "@/api";
import { useGetSwitchesQuery, useSetSwitchesMutation } from "@/api/sandbox";
import { brokerName } from "@/components/badge";
import { Button } from "@/components/button";
import { Chips, Segmented } from "@/components/field";
import { Part } from "@/components/part";
import { Waiting } from "@/components/surface";
import { t } from "@/text";
import { Refused } from "./Refused";

const flags = [
  "rate_limits",
  "modification_cap",
  "require_static_ip",
  "service_hours",
  "daily_approval",
  "totp_once",
  "adjusted_averages",
  "charges",
] as const;

export function Switches({ brokers }: { brokers: Sandbox["brokers"] }) {
  const [broker, setBroker] = useState<BrokerName>(brokers[0]?.broker ?? "mock");
  return (
    <Part room="wide" title={t("sandbox:switches.title")} about={t("sandbox:switches.about")}>
      <Chips
        label={t("sandbox:faults.broker")}
        value={broker}
        onChange={setBroker}
        choices={brokers.map((each) => ({ value: each.broker, label: brokerName(each.broker) }))}
      />
      <OfBroker key={broker} broker={broker} />
    </Part>
  );
}

function OfBroker({ broker }: { broker: BrokerName }) {
  const { data, error } = useGetSwitchesQuery({ broker }, { refetchOnMountOrArgChange: true });
  const [set, setting] = useSetSwitchesMutation();
  if (error) return <Refused error={error} />;
  if (!data) return <Waiting rows={4} />;
  const change = (switchesIn: Parameters<typeof set>[0]["switchesIn"]) => void set({ broker, switchesIn });
  const choice = <T extends string>(words: readonly T[], label: (word: T) => string) =>
    words.map((value) => ({ value, label: label(value) }));
  return (
    <>
      <Refused error={setting.error} />
      <div className="grid gap-x-6 sm:grid-cols-2">
        {flags.map((flag) => (
          <label key={flag} className="flex min-h-8 items-center gap-2 max-md:min-h-11">
            <input
              type="checkbox"
              className="size-4 accent-(--accent)"
              checked={data[flag]}
              disabled={setting.isLoading}
              onChange={(event) => change({ [flag]: event.target.checked })}
            />
            {t(`sandbox:switches.${flag}`)}
          </label>
        ))}
      </div>
      <div className="grid gap-3 sm:grid-cols-3">
        <Segmented
          label={t("sandbox:switches.pace")}
          value={data.pace}
          disabled={setting.isLoading}
          onChange={(pace) => change({ pace: pace as "none" })}
          choices={choice(["none", "realistic"] as const, (word) => t(`sandbox:switches.paces.${word}`))}
        />
        <Segmented
          label={t("sandbox:switches.strictness")}
          value={data.strictness}
          disabled={setting.isLoading}
          onChange={(strictness) => change({ strictness: strictness as "current" })}
          choices={choice(["current", "legacy"] as const, (word) => t(`sandbox:switches.strictnesses.${word}`))}
        />
        <Segmented
          label={t("sandbox:switches.plan")}
          value={data.plan}
          disabled={setting.isLoading}
          onChange={(plan) => change({ plan: plan as "connect" })}
          choices={choice(["connect", "personal"] as const, (word) => t(`sandbox:switches.plans.${word}`))}
        />
      </div>
      <Button className="self-start" disabled={setting.isLoading} onClick={() => change({ strict: true })}>
        {t("sandbox:switches.strict")}
      </Button>
    </>
  );
}
