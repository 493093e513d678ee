// A whole table as CSV, as the server has it: not only what is on the screen.
import { Download } from "lucide-react";
import { inWords, problemOf, useLazyExportTableQuery } from "@/api";
import { Button } from "@/components/button";
import { toast } from "@/components/toasts";
import { saveFile } from "@/lib/files";
import { t } from "@/text";

export function ExportButton({ table, title }: { table: "orders" | "trades"; title: string }) {
  const [ask, { isFetching }] = useLazyExportTableQuery();

  async function save(): Promise<void> {
    try {
      saveFile(`${table}.csv`, String(await ask({ table }).unwrap()));
    } catch (problem) {
      toast({ tone: "bad", title: t("orders:not_exported", { title }), text: inWords(problemOf(problem)) });
    }
  }

  return (
    <Button look="ghost" size="sm" className="max-md:hidden" disabled={isFetching} onClick={save}>
      <Download className="size-3.5" /> {title}
    </Button>
  );
}
