// What stands on the screen until it is known who sits before it. index.html paints the same before any script has come.
import { useEffect, useState } from "react";
import { Button } from "@/components/button";
import { t } from "@/text";

const WORDS_AFTER = 2000;

/** True once so many milliseconds have passed since the component came. */
function useLate(milliseconds: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const wait = setTimeout(() => setLate(true), milliseconds);
    return () => clearTimeout(wait);
  }, [milliseconds]);
  return late;
}

export function Starting() {
  const late = useLate(WORDS_AFTER);
  return (
    <main aria-busy="true" className="frame-wait">
      <header>
        <img src="/icon.svg" alt="" width="20" height="20" />
        <b>{t("session:product")}</b>
      </header>
      <p role="status">{late ? t("session:starting_long") : t("session:starting")}</p>
    </main>
  );
}

/** There is nobody to ask, and nothing was kept that could be shown. */
export function Unreachable({ onRetry }: { onRetry: () => void }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-3 px-5">
      <h1 className="text-lg font-semibold">{t("session:unreachable")}</h1>
      <p className="text-quiet">{t("session:unreachable_text")}</p>
      <Button look="primary" className="self-start" onClick={onRetry}>
        {t("common:retry")}
      </Button>
    </main>
  );
}
