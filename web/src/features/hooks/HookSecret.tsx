// What is shown once after a hook was made or its secret renewed: the address and the message to paste.
import "@/text/rooms/hooks";
import { useId } from "react";
import type { HookMade } from "@/api";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { toast } from "@/components/toasts";
import { t } from "@/text";

export function HookSecret({ made, onClose }: { made: HookMade; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title={t("hooks:once")}>
      <div className="flex flex-col gap-4 p-4">
        <p className="text-quiet">{t("hooks:once_about")}</p>
        <Copied label={t("hooks:url")} text={made.url} rows={2} />
        <Copied label={t("hooks:message")} text={made.message} rows={10} />
        <Button look="primary" className="self-start" onClick={onClose}>
          {t("hooks:done")}
        </Button>
      </div>
    </Dialog>
  );
}

function Copied({ label, text, rows }: { label: string; text: string; rows: number }) {
  const id = useId();

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      toast({ tone: "good", title: t("hooks:copied") });
    } catch {
      toast({ tone: "bad", title: t("hooks:not_copied") });
    }
  }

  return (
    <div>
      <div className="mb-1 flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="text-xs text-quiet">
          {label}
        </label>
        <Button size="sm" onClick={() => void copy()}>
          {t("hooks:copy", { what: label })}
        </Button>
      </div>
      <textarea id={id} readOnly rows={rows} value={text} className="field h-auto w-full py-2 font-mono text-xs" />
    </div>
  );
}
