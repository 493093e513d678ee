// Times as a trader in India reads them: always IST, always said so; ages in words.
import { t } from "@/text";

// India has kept one offset without summer time since 1945, so a sum does it. `Intl` would take tens of milliseconds
// on a phone until its first format is ready.
const OFFSET = 330 * 60_000;

/** The clock and calendar of India, by the methods that say UTC. */
const india = (at: Date | number): Date => new Date(Number(at) + OFFSET);
const two = (part: number): string => String(part).padStart(2, "0");

const minuteClock = (at: Date | number): string => {
  const here = india(at);
  return `${two(here.getUTCHours())}:${two(here.getUTCMinutes())}`;
};
const clock = (at: Date | number): string => `${minuteClock(at)}:${two(india(at).getUTCSeconds())}`;
const dayKey = (at: Date | number): string => india(at).toISOString().slice(0, 10);

/** A word of a list of the catalogue, which has them in their order with spaces between. */
const nth = (words: string, place: number): string => words.split(" ")[place] ?? "";
const monthOf = (here: Date): string => nth(t("common:time.months"), here.getUTCMonth());

const day = (at: Date | number): string => {
  const here = india(at);
  return `${two(here.getUTCDate())} ${monthOf(here)}`;
};
const wholeDay = (at: Date | number): string => {
  const here = india(at);
  const month = nth(t("common:time.long_months"), here.getUTCMonth());
  return `${here.getUTCDate()} ${month} ${here.getUTCFullYear()}`;
};
const weekday = (at: Date | number): string => {
  const here = india(at);
  const name = nth(t("common:time.days"), here.getUTCDay());
  return `${name}, ${here.getUTCDate()} ${monthOf(here)} ${here.getUTCFullYear()}`;
};

type When = string | number | Date | null | undefined;

function date(value: When): Date | null {
  if (value === null || value === undefined) return null;
  const parsed = new Date(value);
  return Number.isNaN(parsed.getTime()) ? null : parsed;
}

/** "09:41:07" in IST. */
export const timeOfDay = (value: When): string => format(value, clock);
/** "09:41" in IST. */
export const shortTime = (value: When): string => format(value, minuteClock);
/** "09:41:07.123" in IST, for timelines. */
export function preciseTime(value: When): string {
  const at = date(value);
  return at ? `${clock(at)}.${String(at.getUTCMilliseconds()).padStart(3, "0")}` : "—";
}

/** "20 November 2026" in IST. */
export const longDate = (value: When): string => format(value, wholeDay);

function format(value: When, write: (at: Date) => string): string {
  const at = date(value);
  return at ? write(at) : "—";
}

/** "09:41" today, "20 Nov 09:41" on another day; IST. */
export function dayTime(value: When, now: number = Date.now()): string {
  const at = date(value);
  if (!at) return "—";
  return dayKey(at) === dayKey(now) ? shortTime(at) : `${day(at)} ${shortTime(at)}`;
}

/** The IST day of a moment, "2026-11-20"; empty for no moment. */
export function istDay(value: When): string {
  const at = date(value);
  return at ? dayKey(at) : "";
}

/** "Fri, 20 Nov 2026", by IST. */
export const dayName = (value: When): string => format(value, weekday);

/** "20 Nov" in IST. */
export const shortDay = (value: When): string => format(value, day);

/** Seconds passed since a moment, never negative; null when the moment is unknown. */
export function secondsSince(value: When, now: number = Date.now()): number | null {
  const at = date(value);
  return at ? Math.max(0, Math.floor((now - at.getTime()) / 1000)) : null;
}

/** "12 s old", "4 min old", "as of 15:29". */
export function age(value: When, now: number = Date.now()): string {
  const seconds = secondsSince(value, now);
  if (seconds === null) return t("common:time.age_unknown");
  if (seconds < 60) return t("common:time.seconds_old", { seconds });
  if (seconds < 600) return t("common:time.minutes_old", { minutes: Math.floor(seconds / 60) });
  return t("common:time.as_of", { time: dayTime(value, now) });
}

/** "in 3 h 12 min", "in 4 min", "passed". */
export function until(value: When, now: number = Date.now()): string {
  const at = date(value);
  if (!at) return t("common:time.unknown");
  const minutes = Math.floor((at.getTime() - now) / 60_000);
  if (minutes < 0) return t("common:time.passed");
  return t("common:time.in", { span: inMinutes(minutes) });
}

/** A length of time: "0 s", "12 s", "4 min", "2 h 5 min". */
export function span(seconds: number): string {
  if (seconds < 60) return t("common:time.seconds", { seconds: Math.round(seconds) });
  return inMinutes(Math.round(seconds / 60));
}

function inMinutes(minutes: number): string {
  if (minutes < 60) return t("common:time.minutes", { minutes });
  return t("common:time.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** Minutes since midnight in IST, which has no summer time. */
export const minuteOfDay = (now: number): number => (Math.floor(now / 60_000) + 330) % 1440;
