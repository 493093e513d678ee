// Measured times, rates and outages in words.
import "@/text/rooms/brokers";
import type { CallEnd, Outage } from "@/api";
import { span } from "@/lib/time";
import { hasText, t } from "@/text";

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

export function causeWords(end: CallEnd): string {
  const key = `brokers:score.causes.${end}`;
  return hasText(key) ? t(key) : "";
}

export function callWords(call: string): string {
  const key = `brokers:score.call_words.${call}`;
  return hasText(key) ? t(key) : `${call.charAt(0).toUpperCase()}${call.slice(1).replaceAll("_", " ")}`;
}

export function awayWords({ what, minutes }: Outage): string {
  const key = `brokers:score.away.${what}`;
  const long = span(minutes * 60);
  return hasText(key) ? t(key, { span: long }) : `${long} ${what}`;
}
