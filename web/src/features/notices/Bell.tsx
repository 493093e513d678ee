// The bell: how many notices were not read yet, and a colour when something needs a person now; under it both lists.
import { Bell as BellIcon } from "lucide-react";
import { useState } from "react";
import { Sheet } from "@/components/sheet";
import { cx } from "@/lib/classes";
import { t } from "@/text";
import { MatterList } from "./MatterList";
import { NoticeList } from "./NoticeList";
import { pressing, useMatters, useNotices } from "./useNotices";

const MOST_SHOWN = 99;

export function Bell() {
  const [open, setOpen] = useState(false);
  const { unread, markRead } = useNotices();
  const matters = useMatters() ?? [];
  const urgent = pressing(matters).length;
  const label = [
    t("notices:bell"),
    ...(unread > 0 ? [t("notices:count_unread", { count: unread })] : []),
    ...(urgent > 0 ? [t("notices:count_matters", { count: urgent })] : []),
  ].join(", ");
  const close = () => {
    setOpen(false);
    markRead();
  };
  return (
    <>
      <button
        type="button"
        aria-label={label}
        aria-haspopup="dialog"
        title={label}
        onClick={() => setOpen(true)}
        className={cx(
          "relative grid size-8 shrink-0 place-items-center rounded-md hover:bg-hover max-md:size-11",
          urgent > 0 ? "text-warning" : "text-quiet hover:text-ink",
        )}
      >
        <BellIcon className="size-4 max-md:size-5" aria-hidden="true" />
        {unread > 0 && (
          <span
            aria-hidden="true"
            className="absolute top-0 right-0 min-w-4 rounded-full bg-accent px-1 text-center text-2xs leading-4 font-semibold text-accent-ink max-md:top-1 max-md:right-1"
          >
            {unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}
          </span>
        )}
      </button>
      <Sheet open={open} onClose={close} title={t("notices:bell")} desk="panel">
        {matters.length > 0 && (
          <section aria-labelledby="matters">
            <h3 id="matters" className="px-4 pt-3 pb-1 text-xs text-faint">
              {t("notices:matters")}
            </h3>
            <MatterList matters={matters} onFollow={close} />
          </section>
        )}
        <section aria-labelledby="told">
          <h3 id="told" className="px-4 pt-3 pb-1 text-xs text-faint">
            {t("notices:told")}
          </h3>
          <NoticeList onFollow={close} />
        </section>
      </Sheet>
    </>
  );
}
