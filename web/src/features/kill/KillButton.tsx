// The way to the kill switch from every page: one tap. While the switch is on it says so, loudly.
import { OctagonX } from "lucide-react";
import { lazy, Suspense, useEffect } from "react";
import { useGetKillSwitchQuery } from "@/api";
import { cx } from "@/lib/classes";
import { t } from "@/text";
import { closeKillSwitch, openKillSwitch, useKillOpen } from "./state";

const KillSheet = lazy(() => import("./KillSheet").then((module) => ({ default: module.KillSheet })));

const LOOK_EVERY = 15_000;

/** `named` shows the word beside the sign; one of these stands on the page at a time. */
export function KillButton({ named = false, className }: { named?: boolean; className?: string }) {
  const open = useKillOpen();
  const { data } = useGetKillSwitchQuery(undefined, { pollingInterval: LOOK_EVERY, skipPollingIfUnfocused: true });
  const on = data?.engaged ?? false;
  const label = on ? t("orders:kill.button_on") : t("orders:kill.button");
  useEffect(() => closeKillSwitch, []);
  return (
    <>
      <button
        type="button"
        aria-label={label}
        aria-haspopup="dialog"
        title={label}
        onClick={openKillSwitch}
        className={cx(
          "inline-flex h-8 shrink-0 items-center justify-center gap-1.5 rounded-md font-medium max-md:h-11",
          named || on ? "px-2" : "w-8 max-md:w-11",
          on ? "bg-loss text-ground" : "text-quiet hover:bg-hover hover:text-loss",
          className,
        )}
      >
        <OctagonX className="size-4 max-md:size-5" aria-hidden="true" />
        {on ? (
          <span aria-hidden="true">{t("orders:kill.on_word")}</span>
        ) : (
          named && <span aria-hidden="true">{t("orders:kill.word")}</span>
        )}
      </button>
      {open && (
        <Suspense fallback={null}>
          <KillSheet onClose={closeKillSwitch} />
        </Suspense>
      )}
    </>
  );
}
