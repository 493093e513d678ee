// What was told and what needs a person now, both as the server keeps them: read here is read on every screen.
import {
  type Matter,
  type StoredNotice,
  useGetAttentionQuery,
  useListNoticesQuery,
  useReadNoticesMutation,
} from "@/api";

const SHOWN = 50;

export function useNotices() {
  const { data, error, refetch } = useListNoticesQuery({ limit: SHOWN });
  const [read] = useReadNoticesMutation();
  const items = data?.items;
  const unread = data?.unread ?? 0;
  return {
    items,
    error,
    refetch,
    unread,
    /** All up to the newest that is shown; one that came meanwhile stays unread. */
    markRead: () => {
      const newest = items?.[0];
      if (newest && unread > 0) void read({ readIn: { up_to: newest.id } });
    },
  };
}

/** What needs a person now, the most urgent first; null while it is not known. */
export function useMatters(): readonly Matter[] | null {
  return useGetAttentionQuery().data?.items ?? null;
}

/** Those that cannot wait: shares to be authorised some day do not count. */
export const pressing = (matters: readonly Matter[]): Matter[] => matters.filter(({ severity }) => severity !== "info");

/** Notices about something that has no page of its own. */
const pages: Partial<Record<string, string>> = {
  session_ends: "/morning",
  alert_not_placed: "/settings/hooks",
  new_login: "/settings/you",
  passkey_copied: "/settings/security",
};

/** The page of what a notice is about; null when it is about nothing that has one. */
export function leadsTo({ kind, data, subject }: StoredNotice): string | null {
  const text = (name: string): string | null => (typeof data[name] === "string" ? (data[name] as string) : null);
  const order = text("order_id") ?? text("order");
  if (order) return `/orders/${order}`;
  const symbol = text("symbol");
  if (symbol) return `/i/${encodeURIComponent(symbol)}`;
  const page = pages[kind];
  if (page) return page;
  const account = text("account");
  if (account) return `/brokers/${account}`;
  return subject.includes(":") ? `/i/${encodeURIComponent(subject)}` : null;
}
