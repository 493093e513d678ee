// The live preview of what is typed: asked once the typing stands still, again every five seconds, at once when somebody waits for it.
import { useMemo } from "react";
import { inWords, type OrderIn, type Preview, type Problem, problemOf, usePreviewOrderQuery } from "@/api";
import { useSettled } from "@/lib/hooks";
import type { Mistakes } from "./mistakes";

const PREVIEW_AFTER = 250;
const PREVIEW_AGAIN = 5000;

export interface Previewed {
  /** The draft as text, null while it has mistakes; the answers below are of `settled`. */
  written: string;
  order: OrderIn | null;
  preview: Preview | undefined;
  /** True when the preview is of what is written now. */
  current: boolean;
  problem: Problem | null;
  busy: boolean;
  /** What the server found wrong, by the field it names. */
  refused: Mistakes;
}

export function usePreview(
  order: OrderIn | null,
  options: { hurry: (written: string) => boolean; on: boolean },
): Previewed {
  const written = JSON.stringify(order);
  const settled = useSettled(written, options.hurry(written) ? 0 : PREVIEW_AFTER);
  const asked = useMemo(() => JSON.parse(settled) as OrderIn | null, [settled]);
  const { currentData, error, isFetching } = usePreviewOrderQuery(
    { orderIn: asked as OrderIn },
    { skip: asked === null || !options.on, pollingInterval: PREVIEW_AGAIN, skipPollingIfUnfocused: true },
  );
  const problem = error ? problemOf(error) : null;
  const fresh = settled === written;
  return {
    written,
    order: asked,
    preview: currentData,
    current: fresh && currentData !== undefined,
    problem: fresh ? problem : null,
    busy: isFetching,
    refused: fresh ? refusedFields(currentData, problem) : {},
  };
}

function refusedFields(preview: Preview | undefined, problem: Problem | null): Mistakes {
  const named: Mistakes = {};
  const reasons = preview?.decision.kind === "denied" ? preview.decision.reasons : [];
  const general = reasons.filter((reason) => reason.account === null);
  for (const reason of [...general, ...reasons]) {
    if (reason.field) named[reason.field] ??= reason.message;
  }
  if (problem?.field) named[problem.field] = inWords(problem);
  return named;
}
