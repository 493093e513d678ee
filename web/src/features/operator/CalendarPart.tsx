// Days that exchanges announced to be other than the list and the regular hours have them: those ahead, further ones, withdrawing.
import "@/text/rooms/operator";
import { useState } from "react";
import { type CalendarOverride, inWords, problemOf } from "@/api";
import { useListCalendarOverridesQuery, useWithdrawCalendarOverrideMutation } from "@/api/operator";
import { StateWord, Tag, type Tone } from "@/components/badge";
import { Button } from "@/components/button";
import { Chips } from "@/components/field";
import { Question } from "@/components/question";
import { toast } from "@/components/toasts";
import { dayName, dayTime } from "@/lib/time";
import { hasText, t } from "@/text";
import { AddOverride } from "./AddOverride";
import { EVERY, Looked, Room } from "./Looked";

const choices = ["ahead", "every"] as const;

export function CalendarPart() {
  const [which, setWhich] = useState<(typeof choices)[number]>("ahead");
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<CalendarOverride | null>(null);
  const answer = useListCalendarOverridesQuery(
    { past: which === "every" },
    { pollingInterval: EVERY, refetchOnMountOrArgChange: true },
  );
  return (
    <Room about={t("operator:calendar.about")}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Chips
          label={t("operator:calendar.which")}
          value={which}
          choices={choices.map((value) => ({ value, label: t(`operator:calendar.${value}`) }))}
          onChange={setWhich}
        />
        <Button onClick={() => setAdding(true)}>{t("operator:calendar.add")}</Button>
      </div>
      <Looked answer={answer} dated nothing={({ items }) => (items.length === 0 ? t("operator:calendar.none") : null)}>
        {({ items }) => (
          <ul aria-label={t("operator:parts.calendar")} className="border-t border-line">
            {items.map((each) => (
              <Row key={each.id} override={each} onWithdraw={() => setAsked(each)} />
            ))}
          </ul>
        )}
      </Looked>
      {adding && <AddOverride onClose={() => setAdding(false)} />}
      {asked && <Withdraw override={asked} onClose={() => setAsked(null)} />}
    </Room>
  );
}

const tones: Record<CalendarOverride["state"], Tone> = {
  coming: "accent",
  today: "warning",
  past: "quiet",
  withdrawn: "quiet",
};

function Row({ override, onWithdraw }: { override: CalendarOverride; onWithdraw: () => void }) {
  const { exchange, day, closed, sessions, state, words, source } = override;
  const standing = `operator:calendar.state.${state}`;
  const name = `${exchange} ${dayName(day)}`;
  return (
    <li className="flex items-center justify-between gap-3 border-b border-line py-2 max-md:flex-col max-md:items-stretch">
      <div className="flex min-w-0 flex-col gap-0.5">
        <div className="flex flex-wrap items-center gap-x-3">
          <Tag>{exchange}</Tag>
          <span className="font-medium tabular-nums">{dayName(day)}</span>
          <StateWord tone={tones[state] ?? "unknown"}>{hasText(standing) ? t(standing) : state}</StateWord>
        </div>
        <p className="break-words">
          {words} · {closed ? t("operator:calendar.closed") : sessions.map(sessionWords).join(", ")}
        </p>
        <p className="text-xs break-words text-faint">
          {t("operator:calendar.source", { source })}
          {` · ${t("operator:calendar.added", { who: override.added_by || t("operator:calendar.command_line"), time: dayTime(override.added_at) })}`}
          {override.withdrawn_at &&
            ` · ${t("operator:calendar.withdrawn_by", {
              who: override.withdrawn_by || t("operator:calendar.command_line"),
              time: dayTime(override.withdrawn_at),
            })}`}
        </p>
      </div>
      {(state === "coming" || state === "today") && (
        <Button size="sm" aria-label={`${t("operator:calendar.withdraw")}: ${name}`} onClick={onWithdraw}>
          {t("operator:calendar.withdraw")}
        </Button>
      )}
    </li>
  );
}

/** "Open 18:00–19:00 IST". */
function sessionWords({ begins, ends, phase }: CalendarOverride["sessions"][number]): string {
  const word = `operator:calendar.phase.${phase}`;
  return t("operator:calendar.session", { phase: hasText(word) ? t(word) : phase, begins, ends });
}

function Withdraw({ override, onClose }: { override: CalendarOverride; onClose: () => void }) {
  const [withdraw, { error, isLoading }] = useWithdrawCalendarOverrideMutation();
  const { exchange } = override;
  const day = dayName(override.day);

  async function submit(): Promise<void> {
    const { error: refused } = await withdraw({ overrideId: override.id });
    if (refused) return;
    toast({ tone: "good", title: t("operator:calendar.withdrawn", { exchange, day }) });
    onClose();
  }

  return (
    <Question
      danger
      title={t("operator:calendar.withdraw_title", { exchange, day })}
      about={t("operator:calendar.withdraw_about")}
      yes={t("operator:calendar.withdraw")}
      busy={isLoading}
      refused={error && inWords(problemOf(error))}
      onYes={() => void submit()}
      onClose={onClose}
    />
  );
}
