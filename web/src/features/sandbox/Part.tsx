// A part of the sandbox's page, and what a refused request said.
import { inWords, problemOf } from "@/api";
import { Notice } from "@/components/surface";

export function Part({ title, about, children }: { title: string; about: string; children: React.ReactNode }) {
  return (
    <section className="grid gap-x-8 gap-y-3 border-t border-line px-4 py-5 lg:grid-cols-[220px_minmax(0,640px)]">
      <div>
        <h2 className="font-medium">{title}</h2>
        <p className="text-xs text-faint">{about}</p>
      </div>
      <div className="flex min-w-0 flex-col gap-4">{children}</div>
    </section>
  );
}

export function Refused({ error }: { error: unknown }) {
  return error ? <Notice tone="bad">{inWords(problemOf(error as Parameters<typeof problemOf>[0]))}</Notice> : null;
}
