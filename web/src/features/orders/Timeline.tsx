// Every state of an order with its time in IST, the broker's own words and how long each hop took.
import type { Order } from "@/api";
import { BrokerBadge } from "@/components/badge";
import { preciseTime } from "@/lib/time";
import { t } from "@/text";

const took = (milliseconds: number): string =>
  milliseconds < 1000
    ? t("orders:milliseconds", { n: Math.round(milliseconds) })
    : t("orders:seconds", { n: (milliseconds / 1000).toFixed(1) });

const repeats = (text: string, words: string): boolean => text.toLowerCase().includes(words.toLowerCase());

export function Timeline({ order }: { order: Order }) {
  const children = new Map(order.children.map((child) => [child.id, child]));
  return (
    <table className="w-full" aria-label={t("orders:timeline_table")}>
      <thead className="sr-only">
        <tr>
          <th scope="col">{t("orders:col.time")}</th>
          <th scope="col">{t("orders:account")}</th>
          <th scope="col">{t("orders:what_happened")}</th>
          <th scope="col">{t("orders:took")}</th>
        </tr>
      </thead>
      <tbody>
        {order.timeline.map((entry, index) => {
          const child = entry.child ? children.get(entry.child) : undefined;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the timeline only grows at its end
            <tr key={`${entry.at} ${entry.kind} ${index}`} className="border-b border-line align-top last:border-0">
              <td className="w-px py-1.5 pr-3 text-xs whitespace-nowrap text-faint">{preciseTime(entry.at)}</td>
              <td className="w-px py-1 pr-2">{child && <BrokerBadge broker={child.broker} />}</td>
              <td className="py-1.5 first-letter:uppercase">
                {entry.text}
                {entry.broker_words && !repeats(entry.text, entry.broker_words) && (
                  <q className="block text-xs text-quiet">{entry.broker_words}</q>
                )}
              </td>
              <td className="w-px py-1.5 pl-3 text-right text-xs whitespace-nowrap text-faint">
                {entry.latency_ms !== null && took(Number(entry.latency_ms))}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
