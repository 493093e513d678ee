// A row that opens the ticket when it is swiped: right buys, left sells. The same two are buttons elsewhere on the row or its page.

import { cx } from "@/lib/classes";
import { t } from "@/text";
import { useSwipeRow } from "./swipe";

interface Props {
  as?: "div" | "li";
  onBuy?: () => void;
  onSell?: () => void;
  disabled?: boolean;
  className?: string;
  children: React.ReactNode;
}

const hint =
  "absolute inset-y-0 hidden items-center px-4 text-base font-semibold text-on-side opacity-60 group-data-armed/swipe:opacity-100";

export function SwipeRow({ as: Tag = "div", onBuy, onSell, disabled, className, children }: Props) {
  const { bind, row, frame } = useSwipeRow({ onRight: onBuy, onLeft: onSell, disabled });
  return (
    <Tag ref={frame as React.RefObject<never>} className={cx("group/swipe relative overflow-hidden", className)}>
      <div aria-hidden="true">
        <span className={cx(hint, "inset-x-0 justify-start bg-buy group-data-[swipe=right]/swipe:flex")}>
          {t("common:buy")}
        </span>
        <span className={cx(hint, "inset-x-0 justify-end bg-sell group-data-[swipe=left]/swipe:flex")}>
          {t("common:sell")}
        </span>
      </div>
      <div {...bind()} ref={row} className="relative touch-pan-y bg-ground">
        {children}
      </div>
    </Tag>
  );
}
