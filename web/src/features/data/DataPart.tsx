// All of the user's data as a file, and leaving.
import "@/text/rooms/departure";
import { useState } from "react";
import { inWords, problemOf, useGetMeQuery } from "@/api";
import {
  useCallOffDeletionMutation,
  useDeleteMeMutation,
  useExportDataMutation,
  useGetDeletionQuery,
} from "@/api/person";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Part } from "@/components/part";
import { Notice, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import { saveAddress } from "@/lib/files";
import { dayName, istDay } from "@/lib/time";
import { t } from "@/text";
import { ConsentsPart } from "./ConsentsPart";

export function DataPart() {
  return (
    <>
      <Take />
      <ConsentsPart />
      <Leave />
    </>
  );
}

function Take() {
  const [make, { isLoading }] = useExportDataMutation();

  async function save(): Promise<void> {
    try {
      saveAddress(`trademaster-${istDay(Date.now())}.zip`, String(await make().unwrap()));
    } catch (problem) {
      toast({ tone: "bad", title: t("departure:take.not_made"), text: inWords(problemOf(problem)) });
    }
  }

  return (
    <Part title={t("departure:take.title")} about={t("departure:take.about")} className="first:border-t-0">
      <Button className="self-start" disabled={isLoading} onClick={() => void save()}>
        {t("departure:take.do")}
      </Button>
    </Part>
  );
}

function Leave() {
  const { data, error, refetch } = useGetDeletionQuery(undefined, { refetchOnMountOrArgChange: true });
  return (
    <Part title={t("departure:leave.title")} about={t("departure:leave.about")}>
      {error && (
        <Notice tone="bad" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {!data && !error && <Waiting rows={3} />}
      {data &&
        (data.asked_at && data.due_at ? <Leaving asked={data.asked_at} due={data.due_at} /> : <Staying told={data} />)}
    </Part>
  );
}

function Leaving({ asked, due }: { asked: string; due: string }) {
  const [callOff, { isLoading, error }] = useCallOffDeletionMutation();

  async function stay(): Promise<void> {
    const { data } = await callOff();
    if (data) toast({ tone: "good", title: t("departure:leave.stays") });
  }

  return (
    <>
      <Notice tone="warning">{t("departure:leave.asked", { asked: dayName(asked), due: dayName(due) })}</Notice>
      {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
      <Button className="self-start" disabled={isLoading} onClick={() => void stay()}>
        {t("departure:leave.call_off")}
      </Button>
    </>
  );
}

function Staying({ told }: { told: { days: number; years: number; open_orders: string[] } }) {
  const { data: me } = useGetMeQuery();
  const [typed, setTyped] = useState("");
  const [leave, { isLoading, error }] = useDeleteMeMutation();
  const fits = me !== undefined && typed.trim().toLowerCase() === me.email.toLowerCase();
  const waits = told.open_orders.length > 0;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void leave({ leaveIn: { email: typed.trim() } });
      }}
    >
      <ul className="flex list-disc flex-col gap-1 pl-5 text-quiet">
        <li>{t("departure:leave.at_once")}</li>
        <li>{t("departure:leave.days", { count: told.days })}</li>
        <li>{t("departure:leave.then")}</li>
        <li>{t("departure:leave.kept", { count: told.years })}</li>
      </ul>
      {waits && <Notice tone="warning">{t("departure:leave.open", { orders: told.open_orders.join(", ") })}</Notice>}
      {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
      <Field
        label={t("departure:leave.email")}
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        error={typed && !fits ? t("departure:leave.wrong", { email: me?.email ?? "" }) : null}
      />
      <Button type="submit" look="danger" className="self-start" disabled={!fits || waits || isLoading}>
        {t("departure:leave.do")}
      </Button>
    </form>
  );
}
