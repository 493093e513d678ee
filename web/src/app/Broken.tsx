// What stands in the place of a page that broke: the rest of the screen goes on, orders are not touched.
import { useState } from "react";
import { isRouteErrorResponse, useLocation, useRouteError } from "react-router";
import { Button } from "@/components/button";
import { t } from "@/text";

const wordsOf = (error: unknown): string =>
  isRouteErrorResponse(error) ? error.statusText : error instanceof Error ? error.message : String(error);

const failureId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export function Broken() {
  const error = useRouteError();
  const { pathname } = useLocation();
  const [id] = useState(failureId);
  const [at] = useState(() => new Date().toISOString());
  const [copied, setCopied] = useState(false);
  const words = wordsOf(error);
  const moved = /dynamically imported module|module script failed/i.test(words);

  async function copy(): Promise<void> {
    const stack = error instanceof Error ? error.stack : undefined;
    await navigator.clipboard.writeText([`${id} ${at} ${pathname}`, words, stack].filter(Boolean).join("\n"));
    setCopied(true);
  }

  return (
    <section role="alert" className="flex max-w-xl flex-col items-start gap-3 px-4 py-10">
      <h1 className="text-lg font-semibold">{t(moved ? "shell:broken.moved" : "shell:broken.title")}</h1>
      <p className="text-quiet">{t(moved ? "shell:broken.moved_text" : "shell:broken.text")}</p>
      {!moved && (
        <>
          <p className="text-xs text-faint">{words}</p>
          <p className="flex flex-wrap items-center gap-2 text-xs text-faint">
            {t("shell:broken.id")} <code className="text-sm text-ink select-all">{id}</code>
            <Button size="sm" onClick={() => void copy()}>
              {t(copied ? "shell:broken.copied" : "shell:broken.copy")}
            </Button>
          </p>
        </>
      )}
      <Button look="primary" onClick={() => window.location.reload()}>
        {t("shell:broken.load_again")}
      </Button>
    </section>
  );
}
