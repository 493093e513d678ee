// Around a page of the phone: pull it down and it is read anew. A button for the same belongs on the page (`RefreshButton`).
import { LoaderCircle, RefreshCw } from "lucide-react";
import { useRef, useState } from "react";
import { cx } from "@/lib/classes";
import { usePhone } from "@/lib/hooks";
import { t } from "@/text";
import { usePullToRefresh } from "./refresh";

interface Props {
  onRefresh: () => Promise<unknown>;
  children: React.ReactNode;
}

export function PullToRefresh({ onRefresh, children }: Props) {
  const area = useRef<HTMLDivElement>(null);
  const sign = useRef<HTMLDivElement>(null);
  const phone = usePhone();
  const state = usePullToRefresh(area, sign, onRefresh, phone);
  const words = { idle: "", pulling: t("common:pull"), armed: t("common:let_go"), refreshing: t("common:refreshing") };
  return (
    <div ref={area}>
      {phone && (
        <div className="pointer-events-none relative z-10 h-0">
          <div
            ref={sign}
            role="status"
            className={cx("absolute inset-x-0 -top-11 flex justify-center", state === "idle" && "invisible")}
          >
            {state !== "idle" && (
              <span className="flex h-9 items-center gap-2 rounded-full bg-panel px-4 text-xs text-quiet shadow-(--shadow)">
                {state === "refreshing" ? (
                  <LoaderCircle className="size-4 motion-safe:animate-spin" />
                ) : (
                  <RefreshCw className={cx("size-4", state === "armed" && "text-accent")} />
                )}
                {words[state]}
              </span>
            )}
          </div>
        </div>
      )}
      {children}
    </div>
  );
}

/** The visible equal of pulling. */
export function RefreshButton({ onRefresh, className }: { onRefresh: () => Promise<unknown>; className?: string }) {
  const [busy, setBusy] = useState(false);
  async function again(): Promise<void> {
    setBusy(true);
    try {
      await onRefresh();
    } finally {
      setBusy(false);
    }
  }
  return (
    <button
      type="button"
      aria-label={t("common:refresh")}
      title={t("common:refresh")}
      disabled={busy}
      onClick={() => void again()}
      className={cx(
        "grid size-8 place-items-center rounded-md text-quiet hover:bg-hover hover:text-ink max-md:size-11",
        className,
      )}
    >
      <RefreshCw className={cx("size-4", busy && "motion-safe:animate-spin")} />
    </button>
  );
}
