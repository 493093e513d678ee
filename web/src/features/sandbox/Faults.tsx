// Breaking a broker on purpose: an outage with one switch, any other fault with a form; what is broken, and mending it.
import "@/text/rooms/sandbox";
import { X } from "lucide-react";
import { useState } from "react";
import type { BrokerName, Sandbox, SandboxFault } from "@/api";
import {
  useAddFaultMutation,
  useClearFaultsMutation,
  useListFaultKindsQuery,
  useListFaultsQuery,
  useRemoveFaultMutation,
} from "@/api/sandbox";
import { BrokerBadge, brokerName } from "@/components/badge";
import { Button } from "@/components/button";
import { Field, Segmented, Select } from "@/components/field";
import { Part } from "@/components/part";
import * as money from "@/lib/money";
import { hasText, t } from "@/text";
import { type FaultDraft, faultOf, noFault } from "./fault";
import { Refused } from "./Refused";

const kindWords = (fault: string): string => {
  const key = `sandbox:faults.kinds.${fault}`;
  return hasText(key) ? t(key) : fault.replaceAll("_", " ");
};

export function Faults({ brokers }: { brokers: Sandbox["brokers"] }) {
  const { data: faults } = useListFaultsQuery(undefined, { pollingInterval: 3000, skipPollingIfUnfocused: true });
  const [remove, removing] = useRemoveFaultMutation();
  const [clear, clearing] = useClearFaultsMutation();
  const inForce = faults?.items ?? [];
  return (
    <Part room="wide" title={t("sandbox:faults.title")} about={t("sandbox:faults.about")}>
      <div className="grid gap-3 sm:grid-cols-2">
        {brokers.map(({ broker, down }) => (
          <Outage key={broker} broker={broker} down={down} faults={inForce} />
        ))}
      </div>
      <FaultForm brokers={brokers.map(({ broker }) => broker)} />
      <Refused error={removing.error ?? clearing.error} />
      <div>
        <div className="flex min-h-8 items-center justify-between">
          <h3 className="text-xs text-quiet">{t("sandbox:faults.in_force")}</h3>
          {inForce.length > 1 && (
            <Button size="sm" disabled={clearing.isLoading} onClick={() => clear({})}>
              {t("sandbox:faults.mend_all")}
            </Button>
          )}
        </div>
        {inForce.length === 0 ? (
          <p className="text-quiet">{t("sandbox:faults.none")}</p>
        ) : (
          <ul aria-label={t("sandbox:faults.in_force")} className="border-t border-line">
            {inForce.map((fault) => (
              <li key={fault.id} className="flex min-h-9 items-center gap-3 border-b border-line">
                <BrokerBadge broker={fault.broker} />
                <span className="min-w-0 flex-1">
                  {kindWords(fault.fault)}
                  {fault.call && <span className="text-faint"> · {fault.call}</span>}
                </span>
                <span className="text-xs text-faint">
                  {t("sandbox:faults.hits", { count: fault.hits })}
                  {fault.times !== null && ` ${t("sandbox:faults.left", { times: money.quantity(fault.times) })}`}
                </span>
                <Button
                  look="ghost"
                  size="icon"
                  aria-label={`${t("sandbox:faults.mend")}: ${brokerName(fault.broker)}, ${kindWords(fault.fault)}`}
                  disabled={removing.isLoading}
                  onClick={() => remove({ faultId: fault.id })}
                >
                  <X className="size-4" aria-hidden="true" />
                </Button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Part>
  );
}

function Outage({ broker, down, faults }: { broker: BrokerName; down: boolean; faults: readonly SandboxFault[] }) {
  const [add, adding] = useAddFaultMutation();
  const [remove, removing] = useRemoveFaultMutation();
  const outages = faults.filter((fault) => fault.broker === broker && fault.fault === "outage");
  return (
    <Segmented
      label={t("sandbox:faults.outage", { broker: brokerName(broker) })}
      value={down || outages.length > 0 ? "down" : "up"}
      disabled={adding.isLoading || removing.isLoading}
      selected={down ? "bg-loss text-ground font-medium" : undefined}
      onChange={(value) => {
        if (value === "down") void add({ faultIn: { broker, fault: "outage" } });
        else for (const fault of outages) void remove({ faultId: fault.id });
      }}
      choices={[
        { value: "up", label: t("sandbox:faults.up") },
        { value: "down", label: t("sandbox:faults.down") },
      ]}
    />
  );
}

function FaultForm({ brokers }: { brokers: readonly BrokerName[] }) {
  const { data: known } = useListFaultKindsQuery();
  const [draft, setDraft] = useState<FaultDraft>(() => noFault(brokers[0] ?? "mock"));
  const [add, adding] = useAddFaultMutation();
  const change = (part: Partial<FaultDraft>) => setDraft({ ...draft, ...part });
  const kind = known?.faults.find(({ fault }) => fault === draft.fault);
  const fault = faultOf(draft, kind?.needs_seconds ?? false);

  return (
    <form
      aria-label={t("sandbox:faults.add")}
      className="grid grid-cols-2 items-end gap-3 sm:grid-cols-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (fault) void add({ faultIn: fault });
      }}
    >
      <Select
        label={t("sandbox:faults.broker")}
        value={draft.broker}
        onChange={(event) => change({ broker: event.target.value as BrokerName })}
      >
        {brokers.map((broker) => (
          <option key={broker} value={broker}>
            {brokerName(broker)}
          </option>
        ))}
      </Select>
      <Select
        label={t("sandbox:faults.kind")}
        value={draft.fault}
        onChange={(event) => change({ fault: event.target.value })}
      >
        {known?.faults.map(({ fault: name }) => (
          <option key={name} value={name}>
            {kindWords(name)}
          </option>
        ))}
      </Select>
      <Select
        label={t("sandbox:faults.call")}
        value={draft.call}
        onChange={(event) => change({ call: event.target.value })}
      >
        <option value="">{t("sandbox:faults.any_call")}</option>
        {known?.calls.map((call) => (
          <option key={call} value={call}>
            {call.replaceAll("_", " ")}
          </option>
        ))}
      </Select>
      {kind?.needs_seconds && (
        <Field
          label={t("sandbox:faults.seconds")}
          inputMode="decimal"
          value={draft.seconds}
          onChange={(event) => change({ seconds: event.target.value })}
        />
      )}
      <Field
        label={t("sandbox:faults.times")}
        inputMode="numeric"
        placeholder={t("sandbox:faults.until_mended")}
        value={draft.times}
        onChange={(event) => change({ times: event.target.value })}
      />
      <Field
        label={t("sandbox:faults.chance")}
        inputMode="numeric"
        value={draft.percent}
        onChange={(event) => change({ percent: event.target.value })}
      />
      <Button type="submit" look="danger" disabled={!fault || adding.isLoading}>
        {t("sandbox:faults.submit")}
      </Button>
      <div className="col-span-full empty:hidden">
        <Refused error={adding.error} />
      </div>
    </form>
  );
}
