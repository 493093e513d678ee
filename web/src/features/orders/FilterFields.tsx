// What the order book is narrowed by; it is part of the page's address, so it can be kept and sent.
import { useListAccountsQuery } from "@/api";
import { Button } from "@/components/button";
import { Field, Select } from "@/components/field";
import { t } from "@/text";
import { anyOf, type Filters, none, type Own, statusesOf } from "./filters";
import { wordOf } from "./status";

interface Props {
  tab: Own;
  filters: Filters;
  onChange: (filters: Filters) => void;
}

export function FilterFields({ tab, filters, onChange }: Props) {
  const { data: accounts = [] } = useListAccountsQuery();
  const set = (change: Partial<Filters>) => onChange({ ...filters, ...change });
  return (
    <section
      aria-label={t("orders:filter.title")}
      className="grid grid-cols-[repeat(auto-fill,minmax(min(132px,40vw),1fr))] items-end gap-3 border-b border-line bg-panel px-4 py-3"
    >
      <Field
        label={t("orders:filter.symbol")}
        value={filters.symbol}
        autoCapitalize="characters"
        onChange={(event) => set({ symbol: event.target.value })}
      />
      <Select
        label={t("orders:filter.broker")}
        value={filters.account}
        onChange={(event) => set({ account: event.target.value })}
      >
        <option value="">{t("orders:filter.any")}</option>
        {accounts.map((account) => (
          <option key={account.id} value={account.id}>
            {account.label}
          </option>
        ))}
      </Select>
      <Select
        label={t("orders:filter.side")}
        value={filters.side}
        onChange={(event) => set({ side: event.target.value as Filters["side"] })}
      >
        <option value="">{t("orders:filter.any")}</option>
        <option value="BUY">{t("orders:buy")}</option>
        <option value="SELL">{t("orders:sell")}</option>
      </Select>
      <Select
        label={t("orders:filter.status")}
        value={filters.status}
        onChange={(event) => set({ status: event.target.value as Filters["status"] })}
      >
        <option value="">{t("orders:filter.any")}</option>
        {statusesOf(tab).map((status) => (
          <option key={status} value={status}>
            {wordOf("status", status)}
          </option>
        ))}
      </Select>
      <Field
        type="date"
        label={t("orders:filter.from")}
        value={filters.from}
        max={filters.to || undefined}
        onChange={(event) => set({ from: event.target.value })}
      />
      <Field
        type="date"
        label={t("orders:filter.to")}
        value={filters.to}
        min={filters.from || undefined}
        onChange={(event) => set({ to: event.target.value })}
      />
      <Button disabled={!anyOf(filters)} onClick={() => onChange(none)}>
        {t("orders:filter.clear")}
      </Button>
    </section>
  );
}
