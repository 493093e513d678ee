// Times as a trader in India reads them: always IST, always said so; ages in words.

const IST = "Asia/Kolkata";

/** A format made when it is first asked for: each takes milliseconds to make, and no page needs them all. */
function written(locale: string, parts: Intl.DateTimeFormatOptions): (at: Date | number) => string {
  let format: Intl.DateTimeFormat | null = null;
  return (at) => {
    format ??= new Intl.DateTimeFormat(locale, { timeZone: IST, ...parts });
    return format.format(at);
  };
}

const clock = written("en-IN", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const minuteClock = written("en-IN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = written("en-IN", { day: "2-digit", month: "short" });
const wholeDay = written("en-IN", { day: "numeric", month: "long", year: "numeric" });
const weekday = written("en-IN", { weekday: "short", day: "numeric", month: "short", year: "numeric" });
const dayKey = written("en-CA", {});
const milliseconds = written("en-IN", { fractionalSecondDigits: 3 });

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
  return at ? `${clock(at)}.${milliseconds(at).padStart(3, "0")}` : "—";
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
  if (seconds === null) return "age unknown";
  if (seconds < 60) return `${seconds} s old`;
  if (seconds < 600) return `${Math.floor(seconds / 60)} min old`;
  return `as of ${dayTime(value, now)} IST`;
}

/** "in 3 h 12 min", "in 4 min", "passed". */
export function until(value: When, now: number = Date.now()): string {
  const at = date(value);
  if (!at) return "unknown";
  const minutes = Math.floor((at.getTime() - now) / 60_000);
  if (minutes < 0) return "passed";
  if (minutes < 60) return `in ${minutes} min`;
  return `in ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A length of time: "0 s", "12 s", "4 min", "2 h 5 min". */
export function span(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Minutes since midnight in IST, which has no summer time. */
export const minuteOfDay = (now: number): number => (Math.floor(now / 60_000) + 330) % 1440;
