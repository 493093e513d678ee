// The answer first: what the trade costs where it is cheapest, and what it costs more elsewhere. On the phone it stays above the form.
import "@/text/rooms/charges";
import type { ChargesComparison, ChargesEstimate } from "@/api";
import { brokerName } from "@/components/badge";
import * as money from "@/lib/money";
import { hasText, t } from "@/text";

const nameOf = (one: ChargesEstimate): string => one.label ?? brokerName(one.broker);

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  const others = names.slice(0, -1).join(t("charges:comma"));
  return others ? `${others}${t("charges:and")}${last}` : last;
}

/** Brokers that cost the same more than the cheapest, together; in the order of how much. */
export function groupsOf(found: ChargesComparison): { more: money.Amount; names: string[]; total: string }[] {
  const groups = new Map<string, { more: money.Amount; names: string[]; total: string }>();
  for (const one of found.estimates) {
    const more = money.parse(one.dearer_by);
    if (!one.charges || more === null) continue;
    const key = money.toWire(more);
    const group = groups.get(key);
    if (group) group.names.push(nameOf(one));
    else groups.set(key, { more, names: [nameOf(one)], total: one.charges.total_of_rounded_lines });
  }
  return [...groups.values()].sort((a, b) => money.compare(a.more, b.more));
}

export function Headline({ found }: { found: ChargesComparison }) {
  const [cheapest, ...others] = groupsOf(found);
  if (!cheapest) return null;
  const segment = `charges:segment.${found.segment}`;
  const [value, difference] = [money.rupees(found.value), money.parse(found.difference)];
  return (
    <div role="status" className="flex flex-col gap-0.5">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="text-xl font-semibold">{money.rupees(cheapest.total)}</span>
        <span className="font-medium">{t("charges:cheapest_at", { names: listed(cheapest.names) })}</span>
      </p>
      <p className="text-quiet">
        {others.length === 0
          ? t("charges:same_everywhere")
          : others
              .map((one) => t("charges:more_at", { names: listed(one.names), amount: money.rupees(one.more) }))
              .join(" · ")}
      </p>
      <p className="text-xs text-faint max-md:sr-only">
        {t("charges:value", { value, segment: hasText(segment) ? t(segment) : found.segment })}
        {difference !== null &&
          difference !== 0n &&
          ` · ${t("charges:between", { amount: money.rupees(found.difference) })}`}
      </p>
    </div>
  );
}
