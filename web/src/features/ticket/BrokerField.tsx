// Who gets the order: in standard mode the primary account, in orchestrator mode Auto or one that is named.
import { Link } from "react-router";
import { useGetMeQuery, useGetPolicyQuery, useListAccountsQuery } from "@/api";
import { BrokerBadge } from "@/components/badge";
import { Select } from "@/components/field";
import { hasText, t } from "@/text";

/** Standard mode with a primary account: everything goes there, and nothing is compared. */
export function useStandard(): boolean {
  const { data: me } = useGetMeQuery();
  return me?.mode === "standard" && me.primary_account !== null;
}

interface Props {
  account: string;
  onChange: (account: string) => void;
}

export function BrokerField({ account, onChange }: Props) {
  const { data: accounts } = useListAccountsQuery();
  const { data: me } = useGetMeQuery();
  const { data: policy } = useGetPolicyQuery();
  const primary = accounts?.find((each) => each.id === me?.primary_account);
  if (me?.mode === "standard" && primary && account === "auto") {
    return (
      <div>
        <p className="mb-1 text-xs text-quiet">{t("ticket:broker")}</p>
        <p className="flex min-h-8 items-center justify-between gap-2">
          <span className="flex items-center gap-1.5">
            <BrokerBadge broker={primary.broker} /> {primary.label}
          </span>
          <Link
            to="/settings"
            className="text-xs text-faint underline-offset-2 hover:underline max-md:py-3"
            title={t("ticket:standard_about")}
          >
            {t("ticket:standard")}
          </Link>
        </p>
      </div>
    );
  }
  const byPolicy = `ticket:auto_by.${policy?.kind}`;
  return (
    <Select label={t("ticket:broker")} value={account} onChange={(event) => onChange(event.target.value)}>
      <option value="auto">{hasText(byPolicy) ? t(byPolicy) : t("ticket:auto_by.cheapest")}</option>
      {accounts?.map((each) => (
        <option key={each.id} value={each.id} disabled={each.state !== "connected"}>
          {each.state === "connected" ? each.label : t("ticket:not_connected", { account: each.label })}
        </option>
      ))}
    </Select>
  );
}
