// The way back: a second yes, for the very switch that is on the screen.
import { useState } from "react";
import { inWords, problemOf, useReleaseKillSwitchMutation } from "@/api";
import { Button } from "@/components/button";
import { Notice } from "@/components/surface";
import { t } from "@/text";

export function Release({ number }: { number: number }) {
  const [asking, setAsking] = useState(false);
  const [release, { isLoading, error }] = useReleaseKillSwitchMutation();
  return (
    <section aria-label={t("orders:kill.release")} className="flex flex-col gap-2 border-t border-line pt-4">
      <p className="text-quiet">{t("orders:kill.release_about")}</p>
      <div className="flex flex-wrap gap-2">
        {asking ? (
          <>
            <Button
              look="primary"
              disabled={isLoading}
              autoFocus
              onClick={() => void release({ releaseIn: { confirm: "release", number } })}
            >
              {t("orders:kill.release_yes")}
            </Button>
            <Button onClick={() => setAsking(false)}>{t("orders:kill.release_no")}</Button>
          </>
        ) : (
          <Button onClick={() => setAsking(true)}>{t("orders:kill.release")}</Button>
        )}
      </div>
      {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
    </section>
  );
}
