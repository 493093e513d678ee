// Says that a newer version is ready, and brings it when asked.
import { Button } from "@/components/button";
import { t } from "@/text";
import { putOffUpdate, takeUpdate, useUpdateReady } from "./update";

export function UpdateBar() {
  const ready = useUpdateReady();
  return (
    <div role="status">
      {ready && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-panel px-4 py-1.5">
          <p className="min-w-0 flex-1">
            {t("device:update.ready")} <span className="text-quiet">{t("device:update.safe")}</span>
          </p>
          <Button look="primary" size="sm" onClick={takeUpdate}>
            {t("device:update.take")}
          </Button>
          <Button look="ghost" size="sm" onClick={putOffUpdate}>
            {t("device:update.later")}
          </Button>
        </div>
      )}
    </div>
  );
}
