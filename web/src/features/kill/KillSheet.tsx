// The kill switch over whatever page one is on.
import { Sheet } from "@/components/sheet";
import { t } from "@/text";
import { KillPanel } from "./KillPanel";

export function KillSheet({ onClose }: { onClose: () => void }) {
  return (
    <Sheet open onClose={onClose} title={t("orders:kill.title")} description={t("orders:kill.intro")}>
      <KillPanel />
    </Sheet>
  );
}
