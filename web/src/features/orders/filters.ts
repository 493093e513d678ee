// Pure: what the order book is narrowed to, kept in the page's address, and whether an order belongs there.
import type { Order, Side, Status } from "@/api";
import type { OrderQuery } from "@/api/orderPages";
import { istDay } from "@/lib/time";
import { isDone } from "./status";

export type Tab = "all" | "open" | "done" | "gtt" | "external";
export type Own = Extract<Tab, "all" | "open" | "done">;
export const tabs: readonly Tab[] = ["all", "open", "done", "gtt", "external"];
export const isOwn = (tab: Tab): tab is Own => tab !== "gtt" && tab !== "external";

export interface Filters {
  account: string;
  side: Side | "";
  symbol: string;
  status: Status | "";
  from: string;
  to: string;
}

export const none: Filters = { account: "", side: "", symbol: "", status: "", from: "", to: "" };
export const filterKeys = Object.keys(none) as (keyof Filters)[];

const statuses: readonly Status[] = [
  "SUBMITTING",
  "UNKNOWN",
  "OPEN",
  "TRIGGER_PENDING",
  "PARTIALLY_FILLED",
  "FILLED",
  "CANCELLED",
  "REJECTED",
  "EXPIRED",
];

/** The states that a tab can hold. */
export const statusesOf = (tab: Own): readonly Status[] =>
  tab === "all" ? statuses : statuses.filter((status) => isDone(status) === (tab === "done"));

const day = (text: string | null): string => (text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : "");

/** Tab and filters of an address; what is not understood there is left out. */
export function readAddress(params: URLSearchParams): { tab: Tab; filters: Filters } {
  const tab = tabs.find((one) => one === params.get("tab")) ?? "all";
  const side = params.get("side");
  return {
    tab,
    filters: {
      account: params.get("account") ?? "",
      side: side === "BUY" || side === "SELL" ? side : "",
      symbol: (params.get("symbol") ?? "").slice(0, 60),
      status: statuses.find((one) => one === params.get("status")) ?? "",
      from: day(params.get("from")),
      to: day(params.get("to")),
    },
  };
}

export function toAddress(tab: Tab, filters: Filters): URLSearchParams {
  const params = new URLSearchParams();
  if (tab !== "all") params.set("tab", tab);
  for (const key of filterKeys) if (filters[key]) params.set(key, filters[key]);
  return params;
}

export const anyOf = (filters: Filters): boolean => filterKeys.some((key) => filters[key] !== "");

/** What the server is asked; the exact state is looked at here, as it may change while one looks. */
export function queryOf(tab: Own, { account, side, symbol, from, to }: Filters): OrderQuery {
  return {
    status: tab,
    ...(account && { account }),
    ...(side && { side }),
    ...(symbol && { symbol: symbol.trim().toUpperCase() }),
    ...(from && { from }),
    ...(to && { to }),
  };
}

/** Whether a list that was asked for so has this order. */
export function belongs(order: Order, query: OrderQuery): boolean {
  const { status = "all", account, side, symbol, from, to } = query;
  const day = istDay(order.created_at);
  return (
    (status === "all" || (status === "done") === isDone(order.status)) &&
    (!account || order.children.some((child) => child.account === account)) &&
    (!side || order.side === side) &&
    (!symbol || order.symbol.startsWith(symbol)) &&
    (!from || day >= from) &&
    (!to || day <= to)
  );
}
