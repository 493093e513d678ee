// The installation's own pages, for those who keep it. Nobody else has the way here, and the server tells nobody else.
import "@/text/rooms/operator";
import { Navigate, useParams } from "react-router";
import { inWords, problemOf, useGetMeQuery } from "@/api";
import { Button } from "@/components/button";
import { Parted } from "@/components/parted";
import { Notice, Waiting } from "@/components/surface";
import { t } from "@/text";
import { AccountsPart } from "./AccountsPart";
import { BreakersPart } from "./BreakersPart";
import { CalendarPart } from "./CalendarPart";
import { JobsPart } from "./JobsPart";
import { LettersPart } from "./LettersPart";
import { LogPart } from "./LogPart";
import { SessionsPart } from "./SessionsPart";
import { UnclearPart } from "./UnclearPart";
import { UsersPart } from "./UsersPart";

const parts = [
  { part: "users", Shown: UsersPart },
  { part: "accounts", Shown: AccountsPart },
  { part: "sessions", Shown: SessionsPart },
  { part: "breakers", Shown: BreakersPart },
  { part: "unclear", Shown: UnclearPart },
  { part: "letters", Shown: LettersPart },
  { part: "calendar", Shown: CalendarPart },
  { part: "jobs", Shown: JobsPart },
  { part: "log", Shown: LogPart },
] as const;

export function OperatorPage() {
  const { part } = useParams();
  const { data: me, error, refetch } = useGetMeQuery();
  if (!me && error)
    return (
      <Notice tone="bad" className="m-4" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
        {inWords(problemOf(error))}
      </Notice>
    );
  if (!me) return <Waiting rows={8} />;
  if (me.role !== "operator") return <Navigate to="/" replace />;
  const named = parts.map((each) => ({
    ...each,
    name: t(`operator:parts.${each.part}`),
    about: t(`operator:parts_about.${each.part}`),
  }));
  return <Parted title={t("operator:title")} root="/operator" parts={named} part={part} />;
}
