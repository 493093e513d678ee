// What was asked of the server, in each of its states: on its way, refused, nothing, old, and as it is. And pages of it.
import "@/text/rooms/operator";
import { useState } from "react";
import { inWords, problemOf } from "@/api";
import { Button } from "@/components/button";
import { Notice, Waiting } from "@/components/surface";
import { timeOfDay } from "@/lib/time";
import { t } from "@/text";

export const EVERY = 10_000; // between two looks

interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  refetch: () => unknown;
  fulfilledTimeStamp?: number | undefined;
}

interface LookedProps<T> {
  answer: Answer<T>;
  /** Shown in the place of nothing; null where there is something. */
  nothing: (data: T) => string | null;
  /** Says of when it is. */
  dated?: boolean;
  children: (data: T) => React.ReactNode;
}

export function Looked<T>({ answer, nothing, dated, children }: LookedProps<T>) {
  const { data, error, refetch, fulfilledTimeStamp } = answer;
  const none = data === undefined ? null : nothing(data);
  return (
    <>
      {error !== undefined && (
        <Notice tone="bad" action={<Button onClick={() => refetch()}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {data === undefined && error === undefined && <Waiting rows={6} />}
      {none && (
        <p role="status" className="text-quiet">
          {none}
        </p>
      )}
      {data !== undefined && !none && children(data)}
      {dated && fulfilledTimeStamp !== undefined && (
        <p className={error === undefined ? "text-xs text-faint" : "text-xs text-stale"}>
          {t("operator:as_of", { time: timeOfDay(fulfilledTimeStamp) })}
        </p>
      )}
    </>
  );
}

interface PageProps {
  after: string | undefined;
  /** A button for the page after it, where there is one and this is the last that is shown. */
  more: (next: string | null | undefined) => React.ReactNode;
}

/** Pages under each other, as they are asked for. Give it a new `key` where what is asked for changes. */
export function Pages({ page: Page }: { page: (props: PageProps) => React.ReactNode }) {
  const [pages, setPages] = useState<(string | undefined)[]>([undefined]);
  return pages.map((after, at) => (
    <Page
      key={after ?? "first"}
      after={after}
      more={(next) =>
        next && at === pages.length - 1 ? (
          <Button className="mt-3 self-start" onClick={() => setPages([...pages, next])}>
            {t("operator:more")}
          </Button>
        ) : null
      }
    />
  ));
}

/** The room of a part of these pages, with a line on what is not shown. */
export function Room({ about, children }: { about: string; children: React.ReactNode }) {
  return (
    <div className="flex flex-col gap-3 border-t border-line px-4 py-4">
      <p className="max-w-2xl text-xs text-faint">{about}</p>
      {children}
    </div>
  );
}
