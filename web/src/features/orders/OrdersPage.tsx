// Everything that was asked of the brokers: own orders, the triggers they keep, and what was placed past us.
import { useEffect, useRef } from "react";
import { useSearchParams } from "react-router";
import { useListOrdersQuery } from "@/api";
import { PageHead } from "@/components/surface";
import { TabPanel, Tabs } from "@/components/tabs";
import { t } from "@/text";
import { Conditionals } from "./Conditionals";
import { ExportButton } from "./ExportButton";
import { ExternalOrders } from "./ExternalOrders";
import { type Filters, isOwn, readAddress, type Tab, tabs, toAddress } from "./filters";
import { OwnOrders } from "./OwnOrders";

export function OrdersPage() {
  const [params, setParams] = useSearchParams();
  const { tab, filters } = readAddress(params);
  const { data: open } = useListOrdersQuery({ status: "open", limit: 200 });
  // The state that is looked for may not exist on the other tab.
  const go = (next: Tab, wanted: Filters) => setParams(toAddress(next, wanted), { replace: true });
  const latest = useRef(filters);
  useEffect(() => {
    latest.current = filters;
  });
  return (
    <div>
      <PageHead title={t("orders:title")}>
        <ExportButton table="orders" title={t("orders:export_orders")} />
        <ExportButton table="trades" title={t("orders:export_trades")} />
      </PageHead>
      <Tabs
        label={t("orders:which")}
        value={tab}
        onChange={(next) => go(next, { ...latest.current, status: "" })}
        tabs={tabs.map((one) => ({
          value: one,
          label: t(`orders:tab.${one}`),
          ...(one === "open" && open ? { count: open.items.length } : {}),
        }))}
      >
        <TabPanel value={tab}>
          {isOwn(tab) && <OwnOrders key={tab} tab={tab} filters={filters} onFilters={(wanted) => go(tab, wanted)} />}
          {tab === "gtt" && <Conditionals />}
          {tab === "external" && <ExternalOrders />}
        </TabPanel>
      </Tabs>
    </div>
  );
}
