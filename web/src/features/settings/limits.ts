// The limits as fields of text, and back to what the server takes: all of them at once, empty for none.
import "@/text/rooms/settings";
import type { BrokerName, Limits, LimitsIn } from "@/api";
import * as money from "@/lib/money";
import { t } from "@/text";

export const amounts = ["order_value", "day_value", "symbol_value", "broker_value", "day_loss"] as const;
export const counts = ["order_quantity", "day_orders"] as const;
export type AmountLimit = (typeof amounts)[number];
export type CountLimit = (typeof counts)[number];

export interface OwnLine {
  name: string;
  amount: string;
}

export interface LimitsDraft {
  text: Record<AmountLimit | CountLimit, string>;
  reduceOnly: boolean;
  start: string;
  end: string;
  selfTrade: LimitsIn["self_trade"];
  symbols: OwnLine[];
  brokers: OwnLine[];
}

export type LimitMistakes = Record<string, string>;

const lines = (told: Record<string, string>): OwnLine[] =>
  Object.entries(told).map(([name, amount]) => ({ name, amount: money.price(amount) }));

export function draftOf(limits: Limits): LimitsDraft {
  const text = {} as LimitsDraft["text"];
  for (const key of amounts) text[key] = limits[key] === null ? "" : money.price(limits[key]);
  for (const key of counts) text[key] = limits[key] === null ? "" : money.quantity(limits[key]);
  return {
    text,
    reduceOnly: limits.reduce_only,
    start: limits.hours?.start.slice(0, 5) ?? "",
    end: limits.hours?.end.slice(0, 5) ?? "",
    selfTrade: limits.self_trade,
    symbols: lines(limits.symbols),
    brokers: lines(limits.brokers),
  };
}

/** What to send, or what is wrong by field; a limit below or at zero would lock everything and is no limit. */
export function limitsOf(draft: LimitsDraft): { limits: LimitsIn | null; mistakes: LimitMistakes } {
  const mistakes: LimitMistakes = {};
  const amount = (key: string, text: string): string | null => {
    if (!text.trim()) return null;
    const read = money.parse(text);
    if (read === null || read <= 0n) mistakes[key] = t("settings:limits.not_an_amount");
    return read === null ? null : money.toWire(read);
  };
  const count = (key: CountLimit): number | null => {
    const text = draft.text[key].replace(/[,\s]/g, "");
    if (!text) return null;
    if (!/^\d{1,12}$/.test(text) || Number(text) === 0) mistakes[key] = t("settings:limits.not_a_count");
    return Number(text);
  };
  const own = (kind: "symbols" | "brokers"): Record<string, string> => {
    const told: Record<string, string> = {};
    for (const [at, { name, amount: text }] of draft[kind].entries()) {
      const key = `${kind}.${at}`;
      const clean = kind === "symbols" ? name.trim().toUpperCase() : name;
      if (!clean && !text.trim()) continue;
      if (kind === "symbols" && !/^[A-Z]+:\S+$/.test(clean)) mistakes[key] = t("settings:limits.not_a_symbol");
      else if (clean in told) mistakes[key] = t("settings:limits.twice", { name: clean });
      else told[clean] = amount(key, text) ?? "";
      if (!text.trim()) mistakes[key] ??= t("settings:limits.not_an_amount");
    }
    return told;
  };
  if (Boolean(draft.start) !== Boolean(draft.end)) mistakes.hours = t("settings:limits.hours_both");
  else if (draft.start && draft.start >= draft.end) mistakes.hours = t("settings:limits.hours_order");

  const limits: LimitsIn = {
    reduce_only: draft.reduceOnly,
    hours: draft.start && draft.end ? { start: draft.start, end: draft.end } : null,
    self_trade: draft.selfTrade,
    symbols: own("symbols"),
    brokers: own("brokers") as Record<BrokerName, string>,
    order_quantity: count("order_quantity"),
    day_orders: count("day_orders"),
  };
  for (const key of amounts) limits[key] = amount(key, draft.text[key]);
  return { limits: Object.keys(mistakes).length ? null : limits, mistakes };
}
