// Recovery codes, shown once: copied or saved before the dialog is left.
import "@/text/rooms/security";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { toast } from "@/components/toasts";
import { t } from "@/text";

export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const text = codes.join("\n");
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`${t("security:codes.file")}\n\n${text}\n`)}`;

  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text);
    toast({ tone: "good", title: t("security:codes.copied") });
  }

  return (
    <Dialog open onClose={onClose} title={t("security:codes.title")} description={t("security:codes.about")}>
      <div className="flex flex-col gap-4 overflow-y-auto p-4">
        <p className="text-quiet">{t("security:codes.about")}</p>
        <ol aria-label={t("security:codes.title")} className="grid grid-cols-2 gap-x-6 gap-y-1 font-mono">
          {codes.map((code) => (
            <li key={code} className="select-all">
              {code}
            </li>
          ))}
        </ol>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={() => void copy()}>{t("security:codes.copy")}</Button>
          <a
            href={file}
            download="trademaster-recovery-codes.txt"
            className="inline-flex h-8 items-center rounded-md border border-edge px-3 text-sm font-medium hover:bg-hover max-md:h-11"
          >
            {t("security:codes.save")}
          </a>
          <Button look="primary" onClick={onClose}>
            {t("security:codes.kept")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
