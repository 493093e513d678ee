// The notices kept by the server, and up to which of them this device has shown them.
import { type StoredNotice, useListNoticesQuery } from "@/api";
import { setPrefs, usePrefs } from "@/lib/prefs";

const SHOWN = 50;

export type Told = StoredNotice;

export function useNotices() {
  const { data, error, refetch } = useListNoticesQuery({ limit: SHOWN });
  const { noticesReadAt } = usePrefs();
  const items = data?.items;
  const isUnread = (told: Told): boolean => noticesReadAt === null || Date.parse(told.at) > Date.parse(noticesReadAt);
  return {
    items,
    error,
    refetch,
    isUnread,
    unread: items?.filter(isUnread).length ?? 0,
    markRead: () => {
      const newest = items?.[0];
      if (newest && isUnread(newest)) setPrefs({ noticesReadAt: newest.at });
    },
  };
}

/** The page of what a notice is about; null when it is about nothing that has one. */
export function leadsTo({ kind, data, subject }: Told): string | null {
  const text = (name: string): string | null => (typeof data[name] === "string" ? (data[name] as string) : null);
  const order = text("order_id") ?? text("order");
  if (order) return `/orders/${order}`;
  const symbol = text("symbol");
  if (symbol) return `/i/${encodeURIComponent(symbol)}`;
  if (kind === "session_ends") return "/morning";
  const account = text("account");
  if (account) return `/brokers/${account}`;
  return subject.includes(":") ? `/i/${encodeURIComponent(subject)}` : null;
}
