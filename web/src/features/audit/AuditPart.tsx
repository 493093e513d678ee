// What was done in the user's name, the newest first, by what it was and when; all of it as a file.
import "@/text/rooms/audit";
import { Download } from "lucide-react";
import { useState } from "react";
import { inWords, problemOf } from "@/api";
import { useLazyExportAuditQuery } from "@/api/person";
import { Button } from "@/components/button";
import { Field, Select } from "@/components/field";
import { Part } from "@/components/part";
import { toast } from "@/components/toasts";
import { saveFile } from "@/lib/files";
import { istDay } from "@/lib/time";
import { t } from "@/text";
import { AuditRows, type Wanted } from "./AuditRows";
import { actionsOf, type Group, groups } from "./groups";

export function AuditPart() {
  const [group, setGroup] = useState<Group>("all");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const today = istDay(Date.now());
  const wanted: Wanted = {
    action: group === "all" ? undefined : actionsOf[group],
    from: from || undefined,
    to: to || undefined,
  };
  return (
    <Part title={t("audit:title")} about={t("audit:about")} room="wide" className="first:border-t-0">
      <div className="grid grid-cols-2 items-end gap-3 md:flex">
        <Select label={t("audit:show")} value={group} onChange={(event) => setGroup(event.target.value as Group)}>
          {groups.map((each) => (
            <option key={each} value={each}>
              {t(`audit:groups.${each}`)}
            </option>
          ))}
        </Select>
        <Field
          type="date"
          label={t("audit:from")}
          value={from}
          max={to || today}
          onChange={(event) => setFrom(event.target.value)}
        />
        <Field
          type="date"
          label={t("audit:to")}
          value={to}
          min={from || undefined}
          max={today}
          onChange={(event) => setTo(event.target.value)}
        />
        <Save wanted={wanted} />
      </div>
      <AuditRows key={`${group} ${from} ${to}`} wanted={wanted} />
    </Part>
  );
}

function Save({ wanted }: { wanted: Wanted }) {
  const [ask, { isFetching }] = useLazyExportAuditQuery();

  async function save(): Promise<void> {
    try {
      saveFile("audit.csv", String(await ask({ ...wanted, format: "csv" }).unwrap()));
    } catch (problem) {
      toast({ tone: "bad", title: t("audit:not_saved"), text: inWords(problemOf(problem)) });
    }
  }

  return (
    <Button disabled={isFetching} onClick={() => void save()}>
      <Download className="size-3.5" aria-hidden="true" /> {t("audit:save")}
    </Button>
  );
}
