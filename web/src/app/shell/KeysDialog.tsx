// The list of keys, under "?".
import { Dialog } from "@/components/dialog";
import { Key } from "@/components/surface";
import { t } from "@/text";
import { keyGroups } from "./useKeys";

export function KeysDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title={t("shell:keys.title")}>
      <div className="grid gap-x-8 gap-y-4 p-4 sm:grid-cols-2">
        {keyGroups.map((group) => (
          <section key={group.name}>
            <h3 className="mb-1.5 text-xs text-faint">{t(group.name)}</h3>
            <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-3 gap-y-1.5">
              {group.keys.map(({ keys, does }) => (
                <div key={keys} className="contents">
                  <dt className="flex gap-1">
                    {keys.split(" ").map((key) => (
                      <Key key={key}>{key}</Key>
                    ))}
                  </dt>
                  <dd>{t(does)}</dd>
                </div>
              ))}
            </dl>
            {group.about && <p className="mt-1.5 text-xs text-quiet">{t(group.about)}</p>}
          </section>
        ))}
      </div>
    </Dialog>
  );
}
