// What the ticket stands in: a window that floats and drags on the desk, a bottom sheet on the phone.
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useRef } from "react";
import { type Side, useMetaQuery } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { Button } from "@/components/button";
import { useDrawnDown } from "@/components/sheet";
import { cx } from "@/lib/classes";
import { usePhone } from "@/lib/hooks";
import { t } from "@/text";
import { closeTicket } from "./state";
import { useDrag } from "./useDrag";
import { useVisible } from "./useVisible";

interface Props {
  side: Side;
  title: React.ReactNode;
  children: React.ReactNode;
}

const head = "flex h-11 shrink-0 items-center gap-3 border-t-[3px] border-b border-b-line pr-1.5 pl-4 select-none";
const edge = (side: Side) => (side === "BUY" ? "border-t-buy" : "border-t-sell");

function PaperWord() {
  const { data: meta } = useMetaQuery();
  if (!meta?.paper) return null;
  return (
    <span className="rounded-sm border border-paper px-1 text-2xs font-semibold tracking-wide text-warning">
      {t("ticket:paper")}
    </span>
  );
}

function Floating({ side, title, children }: Props) {
  const dispatch = useAppDispatch();
  const panel = useRef<HTMLElement>(null);
  const drag = useDrag(panel, true);
  return (
    <section
      ref={panel}
      role="dialog"
      aria-label={t("ticket:ticket")}
      style={drag.style}
      className="enter fixed z-30 flex max-h-[calc(100dvh-72px)] w-[760px] max-w-[calc(100vw-16px)] flex-col overflow-hidden rounded-md bg-panel shadow-(--shadow)"
    >
      <div {...drag.handle} className={cx(head, edge(side), "cursor-grab active:cursor-grabbing")}>
        <h2 className="flex min-w-0 flex-1 items-baseline gap-2 text-base font-semibold">{title}</h2>
        <PaperWord />
        <Button look="ghost" size="icon" aria-label={t("ticket:close")} onClick={() => dispatch(closeTicket())}>
          <X className="size-4" />
        </Button>
      </div>
      {children}
    </section>
  );
}

function BottomSheet({ side, title, children }: Props) {
  const dispatch = useAppDispatch();
  const close = () => dispatch(closeTicket());
  const { grip, drawn } = useDrawnDown(close);
  const visible = useVisible();
  return (
    <Radix.Root open onOpenChange={(open) => !open && close()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-(--veil)" />
        <Radix.Content
          aria-label={t("ticket:ticket")}
          // The title holds the price: read out, a name that changes with every tick.
          aria-labelledby={undefined}
          aria-describedby={undefined}
          // The ticket gives the focus back itself, and a field in focus would bring the keyboard up at once.
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          style={{
            bottom: visible.below,
            maxHeight: visible.height === null ? "94dvh" : visible.height * 0.94,
            transform: drawn > 0 ? `translateY(${drawn}px)` : undefined,
          }}
          className="enter-sheet fixed inset-x-0 z-50 flex flex-col overflow-hidden rounded-t-[12px] bg-panel pb-[env(safe-area-inset-bottom)] shadow-(--shadow)"
        >
          <div {...grip()} className={cx(head, edge(side), "relative h-13 touch-none pt-1.5")}>
            <span
              aria-hidden="true"
              className="absolute top-1 left-1/2 h-1 w-9 -translate-x-1/2 rounded-full bg-edge"
            />
            <Radix.Title className="flex min-w-0 flex-1 items-baseline gap-2 text-base font-semibold">
              {title}
            </Radix.Title>
            <PaperWord />
            <Button look="ghost" size="icon" aria-label={t("ticket:close")} onClick={close}>
              <X className="size-4" />
            </Button>
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function Frame(props: Props) {
  return usePhone() ? <BottomSheet {...props} /> : <Floating {...props} />;
}
