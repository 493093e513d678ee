// Measured times, rates and outages in words.
import type { CallEnd, Outage } from "@/api";
import { span } from "@/lib/time";

/** Milliseconds as a person reads them: "8.4 ms", "120 ms", "1.25 s". */
export function timeText(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** A part of all calls as per cent; what is not nothing never looks like nothing. */
export function rateText(part: number): string {
  const percent = part * 100;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  return percent === 0 || percent >= 10 || Number.isInteger(percent)
    ? `${Math.round(percent)} %`
    : `${percent.toFixed(1)} %`;
}

export const causeWords: Record<CallEnd, string> = {
  ok: "",
  rejected: "Refused:",
  barred: "Account not allowed:",
  session: "Not logged in:",
  unavailable: "Not reached:",
  unknown: "No clear answer:",
};

const calls: Record<string, string> = {
  place: "Place",
  modify: "Change",
  cancel: "Cancel",
  convert: "Convert",
  order: "One order",
  orders: "Order book",
  find: "Find an order",
  trades: "Trades",
  margin: "Funds",
  required_margin: "Margin needed",
  required_margins: "Margin needed, basket",
  candles: "History",
  place_conditional: "Place a trigger",
  modify_conditional: "Change a trigger",
  cancel_conditional: "Cancel a trigger",
  conditionals: "Triggers",
  move_funds: "Move funds",
};

export function callWords(call: string): string {
  return calls[call] ?? `${call.charAt(0).toUpperCase()}${call.slice(1).replaceAll("_", " ")}`;
}

const away: Record<Outage["what"], string> = {
  session: "without a login",
  reads: "without readings",
  writes: "without orders",
  updates: "without a stream of updates",
  prices: "without prices",
};

export const awayWords = (outage: Outage): string => `${span(outage.minutes * 60)} ${away[outage.what] ?? outage.what}`;
