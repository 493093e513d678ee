// What is done on a schedule: when it is due, how it went last, its history, and doing it now.
import "@/text/rooms/operator";
import { useCallback, useState } from "react";
import { inWords, type Job, type JobRun, problemOf } from "@/api";
import { useListJobRunsQuery, useListJobsQuery, useRunJobMutation } from "@/api/operator";
import { StateWord, type Tone } from "@/components/badge";
import { Button } from "@/components/button";
import { Sheet } from "@/components/sheet";
import { toast } from "@/components/toasts";
import { dayTime, span } from "@/lib/time";
import { hasText, t } from "@/text";
import { EVERY, Looked, Pages, Room } from "./Looked";

export function JobsPart() {
  const answer = useListJobsQuery(undefined, { pollingInterval: EVERY, refetchOnMountOrArgChange: true });
  const [history, setHistory] = useState<Job | null>(null);
  return (
    <Room about={t("operator:jobs.about")}>
      <Looked answer={answer} dated nothing={({ items }) => (items.length === 0 ? t("operator:jobs.none") : null)}>
        {({ items }) => (
          <ul aria-label={t("operator:parts.jobs")} className="border-t border-line">
            {items.map((job) => (
              <Row key={job.name} job={job} onHistory={() => setHistory(job)} />
            ))}
          </ul>
        )}
      </Looked>
      {history && <History job={history} onClose={() => setHistory(null)} />}
    </Room>
  );
}

function standing(job: Job): { tone: Tone; words: string } {
  if (job.open?.running) return { tone: "accent", words: t("operator:jobs.running") };
  if (job.failing) return { tone: "bad", words: t("operator:jobs.failing") };
  if (job.last_done?.ended_at)
    return { tone: "good", words: t("operator:jobs.done", { time: dayTime(job.last_done.ended_at) }) };
  return { tone: "quiet", words: t("operator:jobs.never") };
}

function Row({ job, onHistory }: { job: Job; onHistory: () => void }) {
  const [run, { isLoading }] = useRunJobMutation();
  const { tone, words } = standing(job);
  const wrong = job.failing ? job.open?.words || job.last_failed?.words : "";

  async function now(): Promise<void> {
    const { error } = await run({ name: job.name });
    if (error) toast({ tone: "bad", title: inWords(problemOf(error)) });
    else toast({ tone: "good", title: t("operator:jobs.asked", { name: job.name }) });
  }

  return (
    <li className="flex items-center justify-between gap-3 border-b border-line py-2 max-md:flex-col max-md:items-stretch">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3">
          <span className="font-medium">{job.name}</span>
          <StateWord tone={tone}>{words}</StateWord>
        </div>
        <p className="text-sm text-quiet">{job.tells}</p>
        {wrong && <p className="text-sm break-words text-loss">{wrong}</p>}
        <p className="text-xs text-faint">
          {t("operator:jobs.when", { when: job.when })}
          {job.next_due_at && ` · ${t("operator:jobs.next", { time: dayTime(job.next_due_at) })}`}
        </p>
      </div>
      <div className="flex shrink-0 gap-2">
        <Button size="sm" aria-label={`${t("operator:jobs.history")}: ${job.name}`} onClick={onHistory}>
          {t("operator:jobs.history")}
        </Button>
        <Button
          size="sm"
          aria-label={`${t("operator:jobs.now")}: ${job.name}`}
          disabled={isLoading || job.open?.running}
          why={t("operator:jobs.running")}
          onClick={() => void now()}
        >
          {t("operator:jobs.now")}
        </Button>
      </div>
    </li>
  );
}

function History({ job, onClose }: { job: Job; onClose: () => void }) {
  const { name } = job;
  const page = useCallback<React.ComponentProps<typeof Pages>["page"]>(
    (props) => <HistoryPage name={name} {...props} />,
    [name],
  );
  return (
    <Sheet open onClose={onClose} desk="panel" title={t("operator:jobs.history_of", { name })}>
      <div className="flex flex-col gap-3 p-4">
        <Pages page={page} />
      </div>
    </Sheet>
  );
}

interface PageProps {
  name: string;
  after: string | undefined;
  more: (next: string | null | undefined) => React.ReactNode;
}

function HistoryPage({ name, after, more }: PageProps) {
  const answer = useListJobRunsQuery({ name, before: after }, { refetchOnMountOrArgChange: true });
  return (
    <Looked answer={answer} nothing={({ items }) => (items.length === 0 ? t("operator:jobs.no_history") : null)}>
      {({ items, next }) => (
        <>
          <ol className="border-t border-line">
            {items.map((run) => (
              <Run key={`${run.due_at} ${run.asked_by}`} run={run} />
            ))}
          </ol>
          {more(next)}
        </>
      )}
    </Looked>
  );
}

const tones: Record<NonNullable<JobRun["outcome"]>, Tone> = { done: "good", failed: "bad", skipped: "quiet" };

function Run({ run }: { run: JobRun }) {
  const outcome = `operator:jobs.outcome.${run.outcome}`;
  const took = run.started_at && run.ended_at ? (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000 : null;
  const words = [
    ...(run.asked_by ? [t("operator:jobs.asked_by", { who: run.asked_by })] : []),
    ...(run.attempt > 1 ? [t("operator:jobs.attempt", { number: run.attempt })] : []),
    ...(took !== null ? [t("operator:jobs.took", { span: span(took) })] : []),
    ...(run.process ? [run.process] : []),
  ];
  return (
    <li className="flex flex-col gap-0.5 border-b border-line py-2">
      <div className="flex items-baseline justify-between gap-3">
        {run.outcome ? (
          <StateWord tone={tones[run.outcome] ?? "unknown"}>{hasText(outcome) ? t(outcome) : run.outcome}</StateWord>
        ) : (
          <StateWord tone={run.running ? "accent" : "warning"}>
            {t(run.running ? "operator:jobs.running" : "operator:jobs.waits")}
          </StateWord>
        )}
        <span className="text-xs text-faint tabular-nums">{t("operator:ist", { time: dayTime(run.due_at) })}</span>
      </div>
      {run.words && <p className="text-sm break-words text-quiet">{run.words}</p>}
      <p className="text-xs break-all text-faint">{words.join(" · ")}</p>
    </li>
  );
}
