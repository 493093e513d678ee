// Notifications outside the page: by topic, never in the quiet hours, without amounts unless they were asked for.
import { type Prefs, prefs } from "@/lib/prefs";
import { minuteOfDay } from "@/lib/time";

export const topics = ["fills", "rejects", "alerts", "login", "breaker"] as const;
export type Topic = (typeof topics)[number];

export interface Outside {
  topic: Topic;
  title: string;
  /** Words without amounts, fit for a lock screen. */
  text?: string;
  /** The same with amounts. */
  withAmounts?: string;
  to?: string;
  /** A newer one about the same thing takes the place of the older. */
  tag?: string;
}

/** Minutes of the day in IST, from "22:30"; null for what is no time. */
export function minutesOf(time: string | null): number | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time ?? "");
  return match ? Number(match[1]) * 60 + Number(match[2]) : null;
}

/** Whether a minute of the day (IST) lies in the quiet hours, which may go over midnight. */
export function isQuiet(at: number, from: string | null, to: string | null): boolean {
  const [start, end] = [minutesOf(from), minutesOf(to)];
  if (start === null || end === null || start === end) return false;
  return start < end ? at >= start && at < end : at >= start || at < end;
}

/** What goes out at this minute of the day (IST); null when nothing does. */
export function worded(one: Outside, chosen: Prefs["notify"], at: number): { title: string; body?: string } | null {
  if (!chosen.on || chosen.off.includes(one.topic)) return null;
  if (isQuiet(at, chosen.quietFrom, chosen.quietTo)) return null;
  return { title: one.title, body: (chosen.amounts && one.withAmounts) || one.text };
}

export const mayNotify = (): boolean => typeof Notification !== "undefined" && Notification.permission === "granted";

/** Shows it while the page is open but not looked at; a push of the server does so when it is closed. */
export async function tellOutside(one: Outside): Promise<void> {
  if (!document.hidden || !mayNotify() || !("serviceWorker" in navigator)) return;
  const words = worded(one, prefs().notify, minuteOfDay(Date.now()));
  const registration = words && (await navigator.serviceWorker.getRegistration());
  if (!words || !registration) return;
  await registration.showNotification(words.title, {
    body: words.body,
    tag: one.tag,
    icon: "/icon-192.png",
    badge: "/badge-96.png",
    data: { to: one.to ?? "/" },
  });
}
