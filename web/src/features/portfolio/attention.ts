// Pure: what needs a person now, from what the screen knows already; the most urgent first.
import type { Account, KillSwitch, Order } from "@/api";
import { adviceFor } from "@/features/brokers/state";
import { t } from "@/text";
import type { LiveHolding } from "./valuation";

export interface Concern {
  key: string;
  tone: "bad" | "warning" | "unknown";
  title: string;
  words: string;
  to: string;
}

interface Known {
  accounts: readonly Account[];
  orders: readonly Order[];
  kill: KillSwitch | undefined;
  holdings: readonly LiveHolding[];
}

const HOUR = 3_600_000;

export function concerns(known: Known, now: number): Concern[] {
  return [
    ...ofKill(known.kill),
    ...known.orders.flatMap(ofOrder),
    ...known.accounts.flatMap((account) => ofAccount(account, now)),
    ...ofLeave(known.holdings),
  ];
}

function ofKill(kill: KillSwitch | undefined): Concern[] {
  if (!kill?.engaged) return [];
  return [
    {
      key: "kill",
      tone: "bad",
      title: t("portfolio:attention.kill"),
      words: t("portfolio:attention.kill_about"),
      to: "/kill",
    },
  ];
}

function ofOrder(order: Order): Concern[] {
  const about = { symbol: order.symbol, side: order.side };
  const to = `/orders/${order.id}`;
  const list: Concern[] = [];
  if (order.status === "UNKNOWN" || order.children.some((child) => child.status === "UNKNOWN")) {
    list.push({
      key: `unknown ${order.id}`,
      tone: "unknown",
      title: t("portfolio:attention.unknown", about),
      words: t("portfolio:attention.unknown_about"),
      to,
    });
  }
  const surplus = order.children.reduce((sum, child) => sum + child.surplus_quantity, 0);
  if (surplus > 0) {
    list.push({
      key: `surplus ${order.id}`,
      tone: "bad",
      title: t("portfolio:attention.surplus", { ...about, quantity: surplus }),
      words: t("portfolio:attention.surplus_about"),
      to,
    });
  }
  return list;
}

function ofAccount(account: Account, now: number): Concern[] {
  const to = `/brokers/${account.id}`;
  const advice = adviceFor(account);
  if (advice) {
    const bad = account.health?.reads === "open" || account.health?.writes === "open";
    return [{ key: account.id, tone: bad ? "bad" : "warning", title: account.label, words: advice, to }];
  }
  const left = account.expires_at ? Date.parse(account.expires_at) - now : null;
  if (account.state !== "connected" || left === null || left > HOUR || left < 0) return [];
  return [
    {
      key: account.id,
      tone: "warning",
      title: account.label,
      words: t("portfolio:attention.expires", { count: Math.max(1, Math.round(left / 60_000)) }),
      to: "/morning",
    },
  ];
}

function ofLeave(holdings: readonly LiveHolding[]): Concern[] {
  const waiting = new Map<string, { label: string; names: string[] }>();
  for (const row of holdings) {
    for (const lot of row.lots) {
      if (lot.unauthorised_quantity === 0) continue;
      const entry = waiting.get(lot.account) ?? { label: lot.label, names: [] };
      waiting.set(lot.account, { ...entry, names: [...entry.names, row.source.symbol] });
    }
  }
  return [...waiting].map(([account, { label, names }]) => ({
    key: `leave ${account}`,
    tone: "warning",
    title: label,
    words: t("portfolio:attention.leave", { count: names.length, names: names.slice(0, 3).join(", ") }),
    to: `/brokers/${account}`,
  }));
}
