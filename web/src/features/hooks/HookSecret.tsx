// What is shown once after a hook was made or its secret renewed: the address and the message to paste.
import "@/text/rooms/hooks";
import type { HookMade } from "@/api";
import { Button } from "@/components/button";
import { Copied } from "@/components/copied";
import { Dialog } from "@/components/dialog";
import { t } from "@/text";

export function HookSecret({ made, onClose }: { made: HookMade; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title={t("hooks:once")}>
      <div className="flex flex-col gap-4 p-4">
        <p className="text-quiet">{t("hooks:once_about")}</p>
        <Copied label={t("hooks:url")} text={made.url} />
        <Copied label={t("hooks:message")} text={made.message} rows={10} />
        <Button look="primary" className="self-start" onClick={onClose}>
          {t("hooks:done")}
        </Button>
      </div>
    </Dialog>
  );
}
