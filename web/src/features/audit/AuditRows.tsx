// The entries themselves, a page under the other as they are asked for.
import "@/text/rooms/audit";
import { useState } from "react";
import { Link } from "react-router";
import { type AuditAction, type AuditEntry, inWords, problemOf } from "@/api";
import { useListAuditQuery } from "@/api/person";
import { Button } from "@/components/button";
import { Notice, Waiting } from "@/components/surface";
import { dayTime } from "@/lib/time";
import { hasText, t } from "@/text";

export interface Wanted {
  action?: AuditAction[];
  from?: string;
  to?: string;
}

export function AuditRows({ wanted }: { wanted: Wanted }) {
  const [pages, setPages] = useState<(string | undefined)[]>([undefined]);
  return (
    <div>
      {pages.map((before, number) => (
        <Page
          key={before ?? "newest"}
          wanted={wanted}
          before={before}
          last={number === pages.length - 1}
          onOlder={(next) => setPages([...pages, next])}
        />
      ))}
    </div>
  );
}

interface PageProps {
  wanted: Wanted;
  before?: string;
  last: boolean;
  onOlder: (next: string) => void;
}

function Page({ wanted, before, last, onOlder }: PageProps) {
  const { data, error, refetch } = useListAuditQuery({ ...wanted, before }, { refetchOnMountOrArgChange: true });
  const next = data?.next;
  return (
    <>
      {error && (
        <Notice tone="bad" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {!data && !error && <Waiting rows={6} />}
      {data && data.items.length === 0 && !before && <p className="text-quiet">{t("audit:none")}</p>}
      {data && data.items.length > 0 && (
        <ol aria-label={t("audit:title")} className="border-t border-line">
          {data.items.map((entry) => (
            <Row key={entry.id} entry={entry} />
          ))}
        </ol>
      )}
      {last && next && (
        <Button className="mt-3" onClick={() => onOlder(next)}>
          {t("audit:older")}
        </Button>
      )}
    </>
  );
}

function Row({ entry }: { entry: AuditEntry }) {
  const key = `audit:action.${entry.action.replaceAll(".", "_")}`;
  const told = toldBy(entry);
  return (
    <li className="flex flex-col gap-0.5 border-b border-line py-2">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <p className="font-medium">{hasText(key) ? t(key) : entry.action}</p>
        <time dateTime={entry.at} className="text-xs text-quiet tabular-nums" title={placeOf(entry)}>
          {t("audit:at", { time: dayTime(entry.at) })}
        </time>
      </div>
      {told && <p className="text-sm break-words text-quiet">{told}</p>}
      {entry.subject.startsWith("ord_") && (
        <Link to={`/orders/${entry.subject}`} className="self-start text-accent underline underline-offset-2">
          {t("audit:order")}
        </Link>
      )}
      <p className="text-xs break-words text-faint">
        {byWhom(entry)}
        {entry.address && ` · ${t("audit:from_address", { address: entry.address })}`}
      </p>
    </li>
  );
}

/** A browser's own long name is left out where its login is named below. */
function toldBy({ actor, detail }: AuditEntry): string {
  const named = actor.here || actor.name;
  return Object.entries(detail)
    .filter(([what, words]) => words && !(named && what === "user_agent"))
    .map(([what, words]) => (/^-?[\d.]+$/.test(words) ? `${what.replaceAll("_", " ")} ${words}` : words))
    .join(" · ");
}

function placeOf({ position }: AuditEntry): string {
  return position === null ? t("audit:waits") : t("audit:place", { position });
}

function byWhom({ actor }: AuditEntry): string {
  if (actor.here) return t("audit:by_here");
  const whole = { login: "audit:by_login", token: "audit:by_token", stranger: "audit:by_stranger" } as const;
  switch (actor.kind) {
    case "program":
      return t("audit:by_program", { name: actor.id });
    case "command":
      return t("audit:by_command", { name: actor.id });
    default:
      return actor.name ?? t(whole[actor.kind]);
  }
}
