// Text that is shown to be taken elsewhere: selected when it is touched, with a button that copies it.
import { useId } from "react";
import { t } from "@/text";
import { Button } from "./button";
import { toast } from "./toasts";

export function Copied({ label, text, rows = 2 }: { label: string; text: string; rows?: number }) {
  const id = useId();

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      toast({ tone: "good", title: t("common:copied") });
    } catch {
      toast({ tone: "bad", title: t("common:not_copied") });
    }
  }

  return (
    <div>
      <div className="mb-1 flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="text-xs text-quiet">
          {label}
        </label>
        <Button size="sm" onClick={() => void copy()}>
          {t("common:copy", { what: label })}
        </Button>
      </div>
      <textarea
        id={id}
        readOnly
        rows={rows}
        value={text}
        className="field h-auto w-full py-2 font-mono text-xs break-all"
        onFocus={(event) => event.target.select()}
      />
    </div>
  );
}
