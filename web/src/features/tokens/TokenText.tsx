// The text of a token, shown this once, and how a program uses it.
import "@/text/rooms/tokens";
import { useId } from "react";
import type { NewToken } from "@/api";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { toast } from "@/components/toasts";
import { t } from "@/text";

export function TokenText({ made, onClose }: { made: NewToken; onClose: () => void }) {
  const id = useId();

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(made.token);
      toast({ tone: "good", title: t("tokens:copied") });
    } catch {
      toast({ tone: "bad", title: t("tokens:not_copied") });
    }
  }

  return (
    <Dialog open onClose={onClose} title={t("tokens:once")}>
      <div className="flex flex-col gap-3 p-4">
        <p>{t("tokens:once_about")}</p>
        <label htmlFor={id} className="text-xs text-quiet">
          {t("tokens:text")}
        </label>
        <textarea
          id={id}
          readOnly
          rows={2}
          value={made.token}
          className="field h-auto w-full py-2 font-mono text-xs break-all"
          onFocus={(event) => event.target.select()}
        />
        <div className="flex gap-2">
          <Button look="primary" onClick={() => void copy()}>
            {t("tokens:copy")}
          </Button>
          <Button onClick={onClose}>{t("tokens:done")}</Button>
        </div>
        <Uses id={made.id} />
      </div>
    </Dialog>
  );
}

/** Where each kind of program takes the key. The text itself is not shown a second time. */
function Uses({ id }: { id: string }) {
  const { origin } = window.location;
  const uses = [
    { by: t("tokens:use.http"), how: ["Authorization: Bearer tm_…"] },
    { by: t("tokens:use.client"), how: [`TRADEMASTER_URL=${origin}`, "TRADEMASTER_TOKEN=tm_…"] },
    { by: t("tokens:use.kite"), how: [`api_key=tm_${id}`, "access_token=tm_…", `root=${origin}`] },
    { by: t("tokens:use.openalgo"), how: ["api_key=tm_…", `host=${origin}`] },
  ];
  return (
    <section aria-label={t("tokens:uses")} className="border-t border-line pt-3">
      <h3 className="mb-1 text-xs text-quiet">{t("tokens:uses")}</h3>
      <dl className="grid gap-y-2">
        {uses.map(({ by, how }) => (
          <div key={by} className="grid gap-x-3 md:grid-cols-[150px_minmax(0,1fr)]">
            <dt>{by}</dt>
            <dd className="font-mono text-xs leading-5 break-all text-quiet">
              {how.map((line) => (
                <span key={line} className="block">
                  {line}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
