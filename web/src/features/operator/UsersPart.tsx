// Everybody who has an account here, found by name, page under page.
import "@/text/rooms/operator";
import { useCallback, useState } from "react";
import { useSearchParams } from "react-router";
import { type KnownUser, useGetMeQuery } from "@/api";
import { useListUsersQuery } from "@/api/operator";
import { StateWord, Tag } from "@/components/badge";
import { Field } from "@/components/field";
import { useSettled } from "@/lib/hooks";
import { dayTime, longDate } from "@/lib/time";
import { t } from "@/text";
import { Looked, Pages, Room } from "./Looked";
import { UserActions } from "./UserActions";

export function UsersPart() {
  const [asked] = useSearchParams();
  const [text, setText] = useState(asked.get("find") ?? "");
  const find = useSettled(text.trim(), 250);
  const page = useCallback<React.ComponentProps<typeof Pages>["page"]>(
    (props) => <Page find={find} {...props} />,
    [find],
  );
  return (
    <Room about={t("operator:users.about")}>
      <Field
        label={t("operator:users.find")}
        type="search"
        className="max-w-sm"
        value={text}
        maxLength={254}
        onChange={(event) => setText(event.target.value)}
      />
      <Pages key={find} page={page} />
    </Room>
  );
}

interface PageProps {
  find: string;
  after: string | undefined;
  more: (next: string | null | undefined) => React.ReactNode;
}

function Page({ find, after, more }: PageProps) {
  const answer = useListUsersQuery({ find: find || undefined, after }, { refetchOnMountOrArgChange: true });
  const none = find ? t("operator:users.none_found", { text: find }) : t("operator:users.none");
  return (
    <Looked answer={answer} nothing={({ items }) => (items.length === 0 ? none : null)}>
      {({ items, next }) => (
        <>
          <ul aria-label={t("operator:users.title")} className="border-t border-line">
            {items.map((user) => (
              <Row key={user.id} user={user} />
            ))}
          </ul>
          {more(next)}
        </>
      )}
    </Looked>
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
