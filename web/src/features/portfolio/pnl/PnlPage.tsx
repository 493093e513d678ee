// What was earned: profits from one's own trades with their charges, the broker's number beside them, and the trades themselves.
import "@/text/rooms/pnl";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { useListAccountsQuery } from "@/api";
import { Button } from "@/components/button";
import { Select } from "@/components/field";
import { PageHead } from "@/components/surface";
import { TabPanel, Tabs } from "@/components/tabs";
import { FirstRun } from "@/features/brokers/FirstRun";
import { t } from "@/text";
import { ImportSheet } from "./ImportSheet";
import { LotEvents } from "./LotEvents";
import { Profits } from "./Profits";
import { type Picked, pickedAtFirst, SpanPicker } from "./SpanPicker";
import { Trades } from "./Trades";

const tabs = ["profits", "trades", "events"] as const;
type Tab = (typeof tabs)[number];

export function PnlPage() {
  const [params, setParams] = useSearchParams();
  const asked = params.get("tab");
  const tab: Tab = tabs.find((each) => each === asked) ?? "profits";
  const [picked, setPicked] = useState<Picked>(() => pickedAtFirst("year"));
  const [account, setAccount] = useState<string | undefined>();
  const [importing, setImporting] = useState(false);
  const { data } = useListAccountsQuery();
  const accounts = useMemo(() => data ?? [], [data]);
  if (data?.length === 0) return <FirstRun />;
  const days = { from: picked.from, to: picked.to };
  return (
    <div className="pb-6">
      <PageHead title={t("pnl:title")}>
        <Button onClick={() => setImporting(true)}>{t("pnl:import")}</Button>
      </PageHead>
      <div className="flex flex-wrap items-end gap-x-4 gap-y-2 px-4 pb-3">
        <SpanPicker picked={picked} onPick={setPicked} />
        {accounts.length > 1 && (
          <Select
            label={t("portfolio:flows.account")}
            className="w-44 max-md:w-full"
            value={account ?? ""}
            onChange={(event) => setAccount(event.target.value || undefined)}
          >
            <option value="">{t("pnl:all_accounts")}</option>
            {accounts.map((each) => (
              <option key={each.id} value={each.id}>
                {each.label}
              </option>
            ))}
          </Select>
        )}
      </div>
      <Tabs
        label={t("pnl:title")}
        value={tab}
        onChange={(next) => setParams(next === "profits" ? {} : { tab: next }, { replace: true })}
        tabs={tabs.map((value) => ({ value, label: t(`pnl:tabs.${value}`) }))}
      >
        <TabPanel value="profits" className="pt-3">
          <Profits days={days} account={account} accounts={accounts} onImport={() => setImporting(true)} />
        </TabPanel>
        <TabPanel value="trades" className="pt-3">
          <Trades days={days} account={account} accounts={accounts} onImport={() => setImporting(true)} />
        </TabPanel>
        <TabPanel value="events" className="pt-3">
          <LotEvents />
        </TabPanel>
      </Tabs>
      {importing && <ImportSheet accounts={accounts} account={account} onClose={() => setImporting(false)} />}
    </div>
  );
}
