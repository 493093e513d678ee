// What a refused request of the sandbox said.
import { inWords, problemOf } from "@/api";
import { Notice } from "@/components/surface";

export function Refused({ error }: { error: unknown }) {
  return error ? <Notice tone="bad">{inWords(problemOf(error as Parameters<typeof problemOf>[0]))}</Notice> : null;
}
