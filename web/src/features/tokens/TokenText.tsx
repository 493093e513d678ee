// The text of a token, shown this once.
import "@/text/rooms/tokens";
import { useId } from "react";
import type { NewToken } from "@/api";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { toast } from "@/components/toasts";
import { t } from "@/text";

export function TokenText({ made, onClose }: { made: NewToken; onClose: () => void }) {
  const id = useId();

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(made.token);
      toast({ tone: "good", title: t("tokens:copied") });
    } catch {
      toast({ tone: "bad", title: t("tokens:not_copied") });
    }
  }

  return (
    <Dialog open onClose={onClose} title={t("tokens:once")}>
      <div className="flex flex-col gap-3 p-4">
        <p>{t("tokens:once_about")}</p>
        <label htmlFor={id} className="text-xs text-quiet">
          {t("tokens:text")}
        </label>
        <textarea
          id={id}
          readOnly
          rows={2}
          value={made.token}
          className="field h-auto w-full py-2 font-mono text-xs break-all"
          onFocus={(event) => event.target.select()}
        />
        <div className="flex gap-2">
          <Button look="primary" onClick={() => void copy()}>
            {t("tokens:copy")}
          </Button>
          <Button onClick={onClose}>{t("tokens:done")}</Button>
        </div>
      </div>
    </Dialog>
  );
}
