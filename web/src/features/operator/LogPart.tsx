// The audit log over all users: who did what to what. Details and addresses are the user's own and not shown.
import "@/text/rooms/audit";
import "@/text/rooms/operator";
import { useCallback, useState } from "react";
import type { LogEntry } from "@/api";
import { useSearchAuditQuery } from "@/api/operator";
import { Field } from "@/components/field";
import { useSettled } from "@/lib/hooks";
import { dayTime } from "@/lib/time";
import { hasText, t } from "@/text";
import { OfUser } from "./AccountsPart";
import { Looked, Pages, Room } from "./Looked";

interface Wanted {
  userId: string;
  subject: string;
  /** A day in IST, "2026-11-20", or nothing. */
  from: string;
  to: string;
}

const TYPED = 300; // milliseconds until what one types counts

export function LogPart() {
  const [typed, setTyped] = useState<Wanted>({ userId: "", subject: "", from: "", to: "" });
  const wanted = useSettled(typed, TYPED);
  const set = (part: Partial<Wanted>): void => setTyped({ ...typed, ...part });
  const page = useCallback<React.ComponentProps<typeof Pages>["page"]>(
    (props) => <Page wanted={wanted} {...props} />,
    [wanted],
  );
  return (
    <Room about={t("operator:log.about")}>
      <div className="grid max-w-4xl grid-cols-2 gap-3 md:grid-cols-4">
        <Field
          label={t("operator:log.user")}
          value={typed.userId}
          spellCheck={false}
          onChange={(event) => set({ userId: event.target.value })}
        />
        <Field
          label={t("operator:log.subject")}
          value={typed.subject}
          spellCheck={false}
          onChange={(event) => set({ subject: event.target.value })}
        />
        <Field
          type="date"
          label={t("operator:log.from")}
          value={typed.from}
          max={typed.to || undefined}
          onChange={(event) => set({ from: event.target.value })}
        />
        <Field
          type="date"
          label={t("operator:log.to")}
          value={typed.to}
          min={typed.from || undefined}
          onChange={(event) => set({ to: event.target.value })}
        />
      </div>
      <Pages key={JSON.stringify(wanted)} page={page} />
    </Room>
  );
}

interface PageProps {
  wanted: Wanted;
  after: string | undefined;
  more: (next: string | null | undefined) => React.ReactNode;
}

/** A day of the calendar as the moment at which it begins in India; `days` later where given. */
const midnight = (day: string, days = 0): string | undefined =>
  day ? new Date(Date.parse(`${day}T00:00:00+05:30`) + days * 86_400_000).toISOString() : undefined;

function Page({ wanted, after, more }: PageProps) {
  const answer = useSearchAuditQuery(
    {
      userId: wanted.userId.trim() || undefined,
      subject: wanted.subject.trim() || undefined,
      since: midnight(wanted.from),
      until: midnight(wanted.to, 1),
      before: after,
    },
    { refetchOnMountOrArgChange: true },
  );
  return (
    <Looked answer={answer} nothing={({ items }) => (items.length === 0 ? t("operator:log.none") : null)}>
      {({ items, next }) => (
        <>
          <ol aria-label={t("operator:parts.log")} className="border-t border-line">
            {items.map((entry) => (
              <Row key={entry.id} entry={entry} />
            ))}
          </ol>
          {more(next)}
        </>
      )}
    </Looked>
  );
}

function Row({ entry }: { entry: LogEntry }) {
  const action = `audit:action.${entry.action.replaceAll(".", "_")}`;
  return (
    <li className="flex flex-col gap-0.5 border-b border-line py-2">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium">{hasText(action) ? t(action) : entry.action}</span>
        <time dateTime={entry.at} className="text-xs text-quiet tabular-nums">
          {t("operator:ist", { time: dayTime(entry.at) })}
        </time>
      </div>
      <p className="text-xs break-all text-faint">
        {t("operator:log.by", { kind: entry.actor_kind, who: entry.actor })}
        {entry.subject && ` · ${t("operator:log.on", { what: entry.subject })}`}
        {entry.user_id && (
          <>
            {" · "}
            <OfUser id={entry.user_id} />
          </>
        )}
      </p>
    </li>
  );
}
