// How orders that name no broker find theirs: the policy, its accounts or weights, and when an order may be divided.
import "@/text/rooms/settings";
import { ArrowDown, ArrowUp } from "lucide-react";
import {
  type Account,
  inWords,
  type Policy,
  type PolicyIn,
  type PolicyKind,
  problemOf,
  useGetPolicyQuery,
  useSetPolicyMutation,
} from "@/api";
import { Button } from "@/components/button";
import { Field, Segmented, Select } from "@/components/field";
import { Notice } from "@/components/surface";
import { t } from "@/text";
import { moved, policyOf, toggled } from "./policy";

const kinds: readonly PolicyKind[] = [
  "cheapest",
  "fastest",
  "most_reliable",
  "balanced",
  "spread",
  "fallback",
  "pinned",
];
const weights = ["cost", "speed", "reliability"] as const;

interface PartProps {
  policy: PolicyIn;
  accounts: readonly Account[];
  disabled: boolean;
  onChange: (policy: PolicyIn) => void;
}

function Order({ policy, accounts, disabled, onChange }: PartProps) {
  const listed = policy.accounts ?? [];
  const label = (id: string): string =>
    accounts.find((account) => account.id === id)?.label ?? t("settings:policy.gone");
  return (
    <ol aria-label={t("settings:policy.in_order")} className="rounded-md border border-edge">
      {listed.map((id, at) => (
        <li key={id} className="flex items-center gap-2 px-3 py-1 not-last:border-b not-last:border-line">
          <span className="w-5 text-faint">{at + 1}</span>
          <span className="min-w-0 flex-1 truncate">{label(id)}</span>
          <Button
            look="ghost"
            size="icon"
            aria-label={t("settings:policy.earlier", { account: label(id) })}
            disabled={disabled || at === 0}
            onClick={() => onChange({ ...policy, accounts: moved(listed, at, -1) })}
          >
            <ArrowUp className="size-4" aria-hidden="true" />
          </Button>
          <Button
            look="ghost"
            size="icon"
            aria-label={t("settings:policy.later", { account: label(id) })}
            disabled={disabled || at === listed.length - 1}
            onClick={() => onChange({ ...policy, accounts: moved(listed, at, 1) })}
          >
            <ArrowDown className="size-4" aria-hidden="true" />
          </Button>
        </li>
      ))}
    </ol>
  );
}

function Among({ policy, accounts, disabled, onChange }: PartProps) {
  const all = accounts.map((account) => account.id);
  const chosen = policy.accounts?.length ? policy.accounts : all;
  return (
    <fieldset disabled={disabled}>
      <legend className="mb-1 text-xs text-quiet">{t("settings:policy.equal_parts")}</legend>
      {accounts.map((account) => (
        <label key={account.id} className="flex min-h-8 items-center gap-2 max-md:min-h-11">
          <input
            type="checkbox"
            checked={chosen.includes(account.id)}
            disabled={chosen.length === 1 && chosen[0] === account.id}
            onChange={() => onChange({ ...policy, accounts: toggled(chosen, account.id, all) })}
          />
          {account.label}
        </label>
      ))}
    </fieldset>
  );
}

function WeightFields({ policy, disabled, onChange }: PartProps) {
  const known = { cost: 1, speed: 1, reliability: 1, ...policy.weights };
  return (
    <div className="grid grid-cols-3 gap-3">
      {weights.map((key) => (
        <Field
          key={`${key} ${known[key]}`}
          label={t(`settings:policy.weights.${key}`)}
          type="number"
          min={0}
          max={100}
          step={1}
          defaultValue={known[key]}
          disabled={disabled}
          onBlur={(event) => {
            const weight = Number(event.target.value);
            if (weight !== known[key]) onChange({ ...policy, weights: { ...known, [key]: weight } });
          }}
        />
      ))}
    </div>
  );
}

function Parts(props: PartProps) {
  const { policy, accounts, disabled, onChange } = props;
  switch (policy.kind) {
    case "pinned":
      return (
        <Select
          label={t("settings:policy.account")}
          value={policy.account ?? ""}
          disabled={disabled}
          onChange={(event) => onChange({ ...policy, account: event.target.value })}
        >
          {accounts.map((account) => (
            <option key={account.id} value={account.id}>
              {account.label}
            </option>
          ))}
        </Select>
      );
    case "fallback":
      return <Order {...props} />;
    case "spread":
      return <Among {...props} />;
    case "balanced":
      return <WeightFields {...props} />;
    default:
      return null;
  }
}

export function PolicyPicker({ accounts }: { accounts: readonly Account[] }) {
  const { data: inForce } = useGetPolicyQuery();
  const [set, setting] = useSetPolicyMutation();
  const shown: Policy | undefined = setting.data && !setting.error ? setting.data : inForce;
  if (!shown) return null;
  const policy = policyOf(shown);
  const disabled = setting.isLoading || accounts.length === 0;
  const change = (wanted: PolicyIn) => set({ policyIn: wanted });
  return (
    <>
      {setting.error && <Notice tone="bad">{inWords(problemOf(setting.error))}</Notice>}
      <Select
        label={t("settings:policy.label")}
        value={policy.kind}
        disabled={disabled}
        hint={shown.standard_mode ? t("settings:policy.waits", { words: shown.words }) : shown.words}
        onChange={(event) => change(policyOf({ ...shown, kind: event.target.value as PolicyKind }, accounts))}
      >
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {t(`settings:policy.kinds.${kind}`)}
          </option>
        ))}
      </Select>
      <Parts policy={policy} accounts={accounts} disabled={disabled} onChange={change} />
      <Segmented
        label={t("settings:policy.divide")}
        value={policy.splitting ?? "when_forced"}
        disabled={disabled}
        onChange={(splitting) => change({ ...policy, splitting })}
        choices={[
          {
            value: "when_forced",
            label: t("settings:policy.when_forced"),
            title: t("settings:policy.when_forced_about"),
          },
          {
            value: "when_cheaper",
            label: t("settings:policy.when_cheaper"),
            title: t("settings:policy.when_cheaper_about"),
          },
        ]}
      />
    </>
  );
}
