// Everybody who has an account here, found by name, page under page.
import "@/text/rooms/operator";
import { useState } from "react";
import { inWords, type KnownUser, problemOf, useGetMeQuery, useListUsersQuery } from "@/api";
import { StateWord, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Notice, Waiting } from "@/components/surface";
import { useSettled } from "@/lib/hooks";
import { dayTime, longDate } from "@/lib/time";
import { t } from "@/text";
import { UserActions } from "./UserActions";

export function UsersPart() {
  const [text, setText] = useState("");
  const find = useSettled(text.trim(), 250);
  return (
    <div className="flex flex-col gap-3 border-t border-line px-4 py-4">
      <p className="text-xs text-faint">{t("operator:users.about")}</p>
      <Field
        label={t("operator:users.find")}
        type="search"
        className="max-w-sm"
        value={text}
        maxLength={254}
        onChange={(event) => setText(event.target.value)}
      />
      <Pages key={find} find={find} />
    </div>
  );
}

function Pages({ find }: { find: string }) {
  const [after, setAfter] = useState<(string | undefined)[]>([undefined]);
  return (
    <div>
      {after.map((one, at) => (
        <Page
          key={one ?? "first"}
          find={find}
          after={one}
          last={at === after.length - 1}
          onMore={(next) => setAfter([...after, next])}
        />
      ))}
    </div>
  );
}

interface PageProps {
  find: string;
  after: string | undefined;
  last: boolean;
  onMore: (next: string) => void;
}

function Page({ find, after, last, onMore }: PageProps) {
  const { data, error, refetch } = useListUsersQuery(
    { find: find || undefined, after },
    { refetchOnMountOrArgChange: true },
  );
  const next = data?.next;
  return (
    <>
      {error && (
        <Notice tone="bad" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {!data && !error && <Waiting rows={6} />}
      {data?.items.length === 0 && !after && (
        <p role="status" className="text-quiet">
          {find ? t("operator:users.none_found", { text: find }) : t("operator:users.none")}
        </p>
      )}
      {data && data.items.length > 0 && (
        <ul aria-label={t("operator:users.title")} className="border-t border-line">
          {data.items.map((user) => (
            <Row key={user.id} user={user} />
          ))}
        </ul>
      )}
      {last && next && (
        <Button className="mt-3" onClick={() => onMore(next)}>
          {t("operator:users.more")}
        </Button>
      )}
    </>
  );
}

function Row({ user }: { user: KnownUser }) {
  const { data: me } = useGetMeQuery();
  const shut = user.disabled_at;
  const words = [
    t("operator:users.logins", { count: user.logins }),
    ...(user.last_seen ? [t("operator:users.seen", { time: dayTime(user.last_seen) })] : []),
    t("operator:users.since", { day: longDate(user.created_at) }),
  ];
  return (
    <li className="flex items-center justify-between gap-3 border-b border-line py-2">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
          <span className="min-w-0 font-medium break-all">{user.email}</span>
          <StateWord tone={shut ? "bad" : "good"}>
            {shut ? t("operator:users.shut_out", { time: dayTime(shut) }) : t("operator:users.let_in")}
          </StateWord>
          <span className="flex flex-wrap gap-1">
            {user.role === "operator" && <Tag>{t("operator:users.operator")}</Tag>}
            {user.second_factor && <Tag>{t("operator:users.second_factor")}</Tag>}
            {!user.email_verified && <Tag>{t("operator:users.unverified")}</Tag>}
          </span>
        </div>
        <p className="text-xs break-words text-quiet">{user.name}</p>
        <p className="text-xs text-faint tabular-nums">{words.join(" · ")}</p>
      </div>
      <UserActions user={user} own={user.id === me?.id} />
    </li>
  );
}
