// Pure: what an alert waits for, in words, and what is wrong with one that is being made.
import "@/text/rooms/alerts";
import type { Alert, AlertIn, AlertKind } from "@/api";
import * as money from "@/lib/money";
import { t } from "@/text";

export const kinds = ["above", "below", "rises", "falls", "moves", "volume"] as const satisfies AlertKind[];

export const isPercent = (kind: AlertKind): boolean => kind === "rises" || kind === "falls" || kind === "moves";

export interface AlertDraft {
  kind: AlertKind;
  threshold: string;
  reference: "close" | "now";
  repeats: boolean;
  cooldown: number;
  note: string;
}

export const draftOf = (alert: Alert | null): AlertDraft => ({
  kind: alert?.kind ?? "above",
  threshold: alert?.threshold ?? "",
  reference: alert?.reference ?? "close",
  repeats: alert?.repeats ?? false,
  cooldown: alert?.cooldown ?? 300,
  note: alert?.note ?? "",
});

/** What is wrong with the threshold, in words with the fix; null when nothing is. */
export function thresholdMistake({ kind, threshold }: AlertDraft): string | null {
  const value = money.parse(threshold);
  if (value === null) return threshold.trim() === "" ? t("alerts:mistakes.missing") : t("alerts:mistakes.no_number");
  if (value <= 0n) return t("alerts:mistakes.not_positive");
  if (isPercent(kind) && value > 100_000_000_000n) return t("alerts:mistakes.too_much");
  if (kind === "volume" && value % 100_000_000n !== 0n) return t("alerts:mistakes.whole");
  return null;
}

/** As sent; only of a draft without a mistake. */
export function toAlert(draft: AlertDraft, symbol: string): AlertIn {
  const { kind, reference, repeats, cooldown, note } = draft;
  const threshold = money.exact(money.parse(draft.threshold) ?? money.ZERO);
  return {
    symbol,
    kind,
    threshold,
    repeats,
    cooldown,
    note: note.trim(),
    ...(isPercent(kind) ? { reference } : {}),
  };
}

/** "Above 1,550.00", "Rises 2.5% from the previous close", "1,00,000 traded today". */
export function ruleWords({ kind, threshold, reference, reference_price }: Alert): string {
  const value =
    kind === "volume"
      ? money.quantity(Number(threshold))
      : isPercent(kind)
        ? money.percent(threshold, { sign: false })
        : money.price(threshold);
  const from =
    reference === "now" ? t("alerts:from_price", { price: money.price(reference_price) }) : t("alerts:from_close");
  return t(`alerts:rule.${kind}`, { value, from });
}
