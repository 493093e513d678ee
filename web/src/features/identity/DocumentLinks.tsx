// The terms and the privacy notice in force, each as a link that opens beside this page.
import "@/text/rooms/consent";
import type { Document } from "@/api";
import { t } from "@/text";

export function documentName(one: { document: "terms" | "privacy"; version: string }): string {
  return t("consent:version", { name: t(`consent:${one.document}`), version: one.version });
}

export function DocumentLinks({ items }: { items: Document[] }) {
  return items.map((one, number) => (
    <span key={one.document}>
      {number > 0 && ", "}
      <a href={one.url} target="_blank" rel="noreferrer" className="text-accent underline underline-offset-2">
        {documentName(one)}
      </a>
    </span>
  ));
}
