// The pages of the product, by the word under which the menus show them, in the order of a trading day.
import { type Key, t } from "@/text";

export interface Place {
  to: string;
  name: PlaceName;
}
type PlaceName =
  | "overview"
  | "holdings"
  | "positions"
  | "orders"
  | "funds"
  | "options"
  | "performance"
  | "pnl"
  | "alerts"
  | "brokers"
  | "charges"
  | "watchlist"
  | "settings"
  | "morning"
  | "sandbox"
  | "approvals"
  | "security"
  | "tokens"
  | "operator"
  | "webhooks"
  | "audit";

export const places: readonly Place[] = [
  { to: "/", name: "overview" },
  { to: "/holdings", name: "holdings" },
  { to: "/positions", name: "positions" },
  { to: "/orders", name: "orders" },
  { to: "/funds", name: "funds" },
  { to: "/options", name: "options" },
  { to: "/performance", name: "performance" },
  { to: "/pnl", name: "pnl" },
  { to: "/alerts", name: "alerts" },
  { to: "/brokers", name: "brokers" },
  { to: "/charges", name: "charges" },
];

/** What the phone's portfolio is made of: lists side by side, swiped between. */
export const portfolioPlaces: readonly Place[] = [
  { to: "/", name: "overview" },
  { to: "/holdings", name: "holdings" },
  { to: "/positions", name: "positions" },
  { to: "/funds", name: "funds" },
];

export const placeName = (place: Place): string => t(`shell:page.${place.name}`);

const about = {
  options: "shell:about.options",
  performance: "shell:about.performance",
  pnl: "shell:about.pnl",
  alerts: "shell:about.alerts",
  morning: "shell:about.morning",
  brokers: "shell:about.brokers",
  approvals: "shell:about.approvals",
  charges: "shell:about.charges",
  sandbox: "shell:about.sandbox",
  settings: "shell:about.settings",
  operator: "shell:about.operator",
} as const satisfies Partial<Record<PlaceName, Key>>;

/** What has no place in the phone's bar or strip, with a line on what is there. */
export const furtherPlaces: readonly (Place & { about: Key })[] = [
  { to: "/morning", name: "morning", about: about.morning },
  { to: "/performance", name: "performance", about: about.performance },
  { to: "/pnl", name: "pnl", about: about.pnl },
  { to: "/options", name: "options", about: about.options },
  { to: "/alerts", name: "alerts", about: about.alerts },
  { to: "/charges", name: "charges", about: about.charges },
  { to: "/brokers", name: "brokers", about: about.brokers },
  { to: "/approvals", name: "approvals", about: about.approvals },
  { to: "/settings", name: "settings", about: about.settings },
];

/** Parts of the settings that are looked for by name. */
export const settingsPlaces: readonly Place[] = [
  { to: "/settings/security", name: "security" },
  { to: "/settings/tokens", name: "tokens" },
  { to: "/settings/webhooks", name: "webhooks" },
  { to: "/settings/audit", name: "audit" },
];

/** For those who keep the installation. */
export const operatorPlace = { to: "/operator", name: "operator", about: about.operator } as const;

export const sandboxPlace = { to: "/sandbox", name: "sandbox", about: about.sandbox } as const;
