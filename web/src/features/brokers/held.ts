// Why nothing new goes to a broker, where somebody decided so.
import "@/text/rooms/brokers";
import type { Held } from "@/api";
import { dayTime } from "@/lib/time";
import { t } from "@/text";

/** "Held open by an operator since 09:41 IST, until 10:30 IST: status page says down". */
export function heldWords(held: Held): string {
  const who = t(held.by === "owner" ? "brokers:held.by_owner" : "brokers:held.by_operator");
  const since = t("brokers:held.since", { who, time: dayTime(held.since) });
  const until = held.until ? t("brokers:held.until", { time: dayTime(held.until) }) : t("brokers:held.until_closed");
  const what = held.whole_broker ? `${since}, ${t("brokers:held.whole")}, ${until}` : `${since}, ${until}`;
  return held.reason ? `${what}: ${held.reason}` : what;
}
