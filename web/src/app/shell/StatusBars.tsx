// What is wrong with the connection, as a bar over every page that cannot be overlooked nor closed.
import { CloudOff } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useGetPortfolioQuery, useListConsentsQuery } from "@/api";
import { UpdateBar } from "@/features/device/UpdateBar";
import { usePriceFeedState } from "@/features/market/prices";
import { useReach } from "@/features/session/reach";
import { useKeptAt } from "@/features/session/state";
import { dayTime } from "@/lib/time";
import { t } from "@/text";

const ConsentBar = lazy(() =>
  import("@/features/identity/ConsentBar").then((module) => ({ default: module.ConsentBar })),
);

/** True once the prices have been away for some seconds; a blink is not worth a word. */
function useLostFeed(): boolean {
  const live = usePriceFeedState() === "live";
  const [lost, setLost] = useState(false);
  useEffect(() => {
    if (live) return setLost(false);
    const wait = setTimeout(() => setLost(true), 4000);
    return () => clearTimeout(wait);
  }, [live]);
  return lost;
}

function useWords(): string | null {
  const reach = useReach();
  const keptAt = useKeptAt();
  const lost = useLostFeed();
  const { data } = useGetPortfolioQuery();
  const at = keptAt ?? data?.as_of;
  if (reach === "offline") return at ? t("shell:bar.offline", { time: dayTime(at) }) : t("shell:bar.offline_short");
  if (reach !== "reached") return t("shell:bar.away", { time: dayTime(at) });
  return lost ? t("shell:bar.stalled") : null;
}

export function StatusBars() {
  const words = useWords();
  const { data: consents } = useListConsentsQuery();
  return (
    <>
      <div role="alert">
        {words && (
          <p className="flex items-start gap-2 border-b border-warning/40 bg-warning-tint px-4 py-2 text-warning">
            <CloudOff className="mt-px size-4 shrink-0" aria-hidden="true" />
            {words}
          </p>
        )}
      </div>
      <UpdateBar />
      {consents !== undefined && consents.needed.length > 0 && (
        <Suspense fallback={null}>
          <ConsentBar />
        </Suspense>
      )}
    </>
  );
}
