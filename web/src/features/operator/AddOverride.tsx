// A day that an exchange announced: closed all day, or with hours of its own, with its words and where they stand.
import "@/text/rooms/operator";
import { useState } from "react";
import { type Exchange, inWords, problemOf } from "@/api";
import { useAddCalendarOverrideMutation } from "@/api/operator";
import { Button } from "@/components/button";
import { Check } from "@/components/check";
import { Dialog } from "@/components/dialog";
import { Field, Segmented, Select } from "@/components/field";
import { Notice } from "@/components/surface";
import { toast } from "@/components/toasts";
import { istDay } from "@/lib/time";
import { t } from "@/text";

const exchanges = ["NSE", "BSE", "NFO", "BFO", "CDS", "BCD", "MCX"] as const satisfies readonly Exchange[];
const phases = ["pre_open", "open", "post_close"] as const;

interface Session {
  id: number;
  begins: string;
  ends: string;
  phase: (typeof phases)[number];
}

export function AddOverride({ onClose }: { onClose: () => void }) {
  const [add, { error, isLoading }] = useAddCalendarOverrideMutation();
  const [chosen, setChosen] = useState<readonly Exchange[]>(["NSE", "BSE"]);
  const [text, setText] = useState({ day: "", words: "", source: "" });
  const [kind, setKind] = useState<"closed" | "hours">("closed");
  const [sessions, setSessions] = useState<readonly Session[]>([{ id: 0, begins: "", ends: "", phase: "open" }]);
  const problem = error ? problemOf(error) : null;
  const at = (field: string): string | null => (problem?.field === field ? inWords(problem) : null);
  const elsewhere = problem && !["day", "words", "source"].includes(problem.field ?? "");
  const set = (part: Partial<typeof text>): void => setText({ ...text, ...part });
  const hours = kind === "hours" ? sessions.map(({ begins, ends, phase }) => ({ begins, ends, phase })) : [];
  const whole =
    chosen.length > 0 &&
    Object.values(text).every((value) => value.trim() !== "") &&
    hours.every(({ begins, ends }) => begins !== "" && ends !== "");

  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    const { day, words, source } = text;
    const overrideIn = { exchanges: [...chosen], day, sessions: hours, words: words.trim(), source: source.trim() };
    const { data } = await add({ overrideIn });
    if (!data) return;
    toast({ tone: "good", title: t("operator:calendar.stands", { count: data.items.length }) });
    onClose();
  }

  return (
    <Dialog open onClose={onClose} title={t("operator:calendar.add_title")}>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4 overflow-y-auto p-4">
        <p className="text-quiet">{t("operator:calendar.add_about")}</p>
        {elsewhere && <Notice tone="bad">{inWords(problem)}</Notice>}
        <fieldset className="flex flex-wrap gap-x-4">
          <legend className="mb-1 text-xs text-quiet">{t("operator:calendar.exchanges")}</legend>
          {exchanges.map((exchange) => (
            <Check
              key={exchange}
              label={exchange}
              checked={chosen.includes(exchange)}
              onChange={(on) => setChosen(on ? [...chosen, exchange] : chosen.filter((each) => each !== exchange))}
            />
          ))}
        </fieldset>
        <Field
          type="date"
          label={t("operator:calendar.day")}
          min={istDay(new Date())}
          value={text.day}
          error={at("day")}
          onChange={(event) => set({ day: event.target.value })}
        />
        <Segmented
          label={t("operator:calendar.kind")}
          value={kind}
          choices={[
            { value: "closed", label: t("operator:calendar.closed") },
            { value: "hours", label: t("operator:calendar.hours") },
          ]}
          onChange={setKind}
        />
        {kind === "hours" && <Hours sessions={sessions} onChange={setSessions} />}
        <Field
          label={t("operator:calendar.words")}
          hint={t("operator:calendar.words_hint")}
          maxLength={200}
          value={text.words}
          error={at("words")}
          onChange={(event) => set({ words: event.target.value })}
        />
        <Field
          label={t("operator:calendar.where")}
          hint={t("operator:calendar.where_hint")}
          maxLength={300}
          value={text.source}
          error={at("source")}
          onChange={(event) => set({ source: event.target.value })}
        />
        <div className="flex flex-wrap gap-2">
          <Button look="primary" type="submit" disabled={!whole || isLoading} why={t("operator:calendar.incomplete")}>
            {t("operator:calendar.set")}
          </Button>
          <Button onClick={onClose}>{t("common:cancel")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

interface HoursProps {
  sessions: readonly Session[];
  onChange: (sessions: readonly Session[]) => void;
}

function Hours({ sessions, onChange }: HoursProps) {
  const change = (id: number, part: Partial<Session>): void =>
    onChange(sessions.map((each) => (each.id === id ? { ...each, ...part } : each)));
  const next = 1 + Math.max(...sessions.map(({ id }) => id));
  return (
    <div className="flex flex-col gap-3">
      {sessions.map(({ id, begins, ends, phase }) => (
        <div key={id} className="grid grid-cols-2 items-end gap-2 md:grid-cols-[1fr_1fr_1.2fr]">
          <Field
            type="time"
            label={t("operator:calendar.begins")}
            value={begins}
            onChange={(event) => change(id, { begins: event.target.value })}
          />
          <Field
            type="time"
            label={t("operator:calendar.ends")}
            value={ends}
            onChange={(event) => change(id, { ends: event.target.value })}
          />
          <Select
            className="max-md:col-span-2"
            label={t("operator:calendar.what")}
            value={phase}
            onChange={(event) => change(id, { phase: phases.find((each) => each === event.target.value) ?? phase })}
          >
            {phases.map((each) => (
              <option key={each} value={each}>
                {t(`operator:calendar.phase.${each}`)}
              </option>
            ))}
          </Select>
        </div>
      ))}
      <div className="flex gap-2">
        <Button size="sm" onClick={() => onChange([...sessions, { id: next, begins: "", ends: "", phase: "open" }])}>
          {t("operator:calendar.more_hours")}
        </Button>
        {sessions.length > 1 && (
          <Button size="sm" onClick={() => onChange(sessions.slice(0, -1))}>
            {t("operator:calendar.fewer_hours")}
          </Button>
        )}
      </div>
    </div>
  );
}
