// The kill switch on a page of its own, where notices and links lead.
import { PageHead } from "@/components/surface";
import { t } from "@/text";
import { KillPanel } from "./KillPanel";

export function KillPage() {
  return (
    <div className="max-w-[720px]">
      <PageHead title={t("orders:kill.title")} />
      <KillPanel />
    </div>
  );
}
