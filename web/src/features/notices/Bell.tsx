// The bell: how many notices were not read yet; under it the list of them.
import { Bell as BellIcon } from "lucide-react";
import { useState } from "react";
import { Sheet } from "@/components/sheet";
import { t } from "@/text";
import { NoticeList } from "./NoticeList";
import { useNotices } from "./useNotices";

const MOST_SHOWN = 99;

export function Bell() {
  const [open, setOpen] = useState(false);
  const { unread, markRead } = useNotices();
  const label = unread > 0 ? t("notices:bell_unread", { count: unread }) : t("notices:bell");
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
        className="relative grid size-8 shrink-0 place-items-center rounded-md text-quiet hover:bg-hover hover:text-ink max-md:size-11"
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
      <Sheet open={open} onClose={close} title={t("notices:title")} desk="panel">
        <NoticeList onFollow={close} />
      </Sheet>
    </>
  );
}
