// What was told, the newest first, each with the way to what it is about; unread ones are marked.
import { Link } from "react-router";
import { inWords, problemOf, type StoredNotice } from "@/api";
import { Button } from "@/components/button";
import { Empty, Notice, Waiting } from "@/components/surface";
import { dayTime } from "@/lib/time";
import { hasText, t } from "@/text";
import { leadsTo, useNotices } from "./useNotices";

function Line({ told, onFollow }: { told: StoredNotice; onFollow?: () => void }) {
  const unread = told.read_at === null;
  const to = leadsTo(told);
  const kind = `notices:kind.${told.kind}`;
  const inside = (
    <>
      <span className="flex items-baseline justify-between gap-3">
        <span className="text-xs text-faint">
          {unread && (
            <>
              <span aria-hidden="true" className="mr-1.5 inline-block size-1.5 rounded-full bg-accent align-middle" />
              <span className="sr-only">{t("notices:unread")} </span>
            </>
          )}
          {hasText(kind) ? t(kind) : told.kind}
        </span>
        <time dateTime={told.at} className="text-xs whitespace-nowrap text-faint">
          {t("notices:at", { time: dayTime(told.at) })}
        </time>
      </span>
      <span className="block">{told.text}</span>
    </>
  );
  const look = "block px-4 py-2";
  return (
    <li className="border-b border-line">
      {to ? (
        <Link to={to} onClick={onFollow} className={`${look} hover:bg-hover`}>
          {inside}
        </Link>
      ) : (
        <div className={look}>{inside}</div>
      )}
    </li>
  );
}

export function NoticeList({ onFollow }: { onFollow?: () => void }) {
  const { items, error, refetch } = useNotices();
  if (!items) {
    if (!error) return <Waiting rows={4} />;
    return (
      <Notice tone="bad" className="m-4" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
        {inWords(problemOf(error))}
      </Notice>
    );
  }
  if (items.length === 0) return <Empty title={t("notices:none")}>{t("notices:none_text")}</Empty>;
  return (
    <ol aria-label={t("notices:told")}>
      {items.map((told) => (
        <Line key={told.id} told={told} onFollow={onFollow} />
      ))}
    </ol>
  );
}
