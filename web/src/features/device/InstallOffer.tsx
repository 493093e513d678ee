// The offer to keep the product on the device: once, quietly, where the portfolio is; and always in the settings.
import { Download, Share, X } from "lucide-react";
import { useListAccountsQuery } from "@/api";
import { Button } from "@/components/button";
import { t } from "@/text";
import { install, refuseInstall, useInstallOffered, useInstallWay } from "./install";

export function InstallOffer() {
  const { data: accounts } = useListAccountsQuery();
  const offered = useInstallOffered(accounts?.length ?? 0);
  const way = useInstallWay();
  if (!offered) return null;
  return (
    <aside
      aria-label={t("device:install.title")}
      className="flex items-center gap-3 border-b border-line bg-panel px-4 py-1.5"
    >
      <p className="min-w-0 flex-1">
        {t("device:install.why")}{" "}
        {way === "by-hand" && <span className="text-quiet">{t("device:install.by_hand")}</span>}
      </p>
      {way === "prompt" && (
        <Button size="sm" onClick={() => void install()}>
          <Download className="size-3.5" aria-hidden="true" /> {t("device:install.do")}
        </Button>
      )}
      <Button look="ghost" size="icon" aria-label={t("device:install.refuse")} onClick={refuseInstall}>
        <X className="size-4" />
      </Button>
    </aside>
  );
}

/** For the settings: how it is kept on this device, whatever was answered before. */
export function InstallPiece() {
  const way = useInstallWay();
  if (way === "prompt") {
    return (
      <Button onClick={() => void install()}>
        <Download className="size-4" aria-hidden="true" /> {t("device:install.do")}
      </Button>
    );
  }
  return (
    <p className="flex items-start gap-2 text-quiet">
      {way === "by-hand" && <Share className="mt-px size-4 shrink-0" aria-hidden="true" />}
      {t(way === "by-hand" ? "device:install.by_hand" : "device:install.not_here")}
    </p>
  );
}
