// What floats over the page: a bottom sheet on the phone, a dialog or a side panel on the desk. Focus stays inside, Escape closes and brings it back.
import { useDrag } from "@use-gesture/react";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useRef, useState } from "react";
import { cx } from "@/lib/classes";
import { usePhone } from "@/lib/hooks";
import { t } from "@/text";

const CLOSES_BELOW = 120; // pixels a sheet is drawn down before letting go closes it
const CLOSES_FASTER_THAN = 0.6; // pixels a millisecond

export interface SheetProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: string;
  hideTitle?: boolean;
  /** How it stands on the desk; the phone always gets a bottom sheet. */
  desk?: "dialog" | "panel";
  /** Stays at the lower edge while the content scrolls: the action, in thumb reach. */
  footer?: React.ReactNode;
  className?: string;
  children: React.ReactNode;
}

const places = {
  dialog: "md:enter md:top-[12vh] md:left-1/2 md:max-h-[80dvh] md:w-[520px] md:-translate-x-1/2 md:rounded-md",
  panel: "md:enter-side md:inset-y-0 md:right-0 md:h-dvh md:max-h-none md:w-[min(480px,92vw)]",
};

export function Sheet(props: SheetProps) {
  const { open, onClose, title, description, hideTitle, desk = "dialog", footer, className, children } = props;
  const giveBackFocus = useOpener(open);
  const { grip, drawn } = useDrawnDown(onClose);
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-(--veil)" />
        <Radix.Content
          onCloseAutoFocus={giveBackFocus}
          {...(description ? {} : { "aria-describedby": undefined })}
          style={drawn > 0 ? { transform: `translateY(${drawn}px)` } : undefined}
          className={cx(
            "fixed z-50 flex max-h-[90dvh] flex-col overflow-hidden bg-panel shadow-(--shadow)",
            "max-md:enter-sheet max-md:inset-x-0 max-md:bottom-0 max-md:rounded-t-[12px] max-md:pb-[env(safe-area-inset-bottom)]",
            places[desk],
            className,
          )}
        >
          <div
            {...grip()}
            className={cx(
              "relative flex items-center justify-between border-b border-line py-1.5 pr-1.5 pl-4 max-md:touch-none max-md:pt-3",
              hideTitle && "sr-only",
            )}
          >
            <span
              aria-hidden="true"
              className="absolute top-1.5 left-1/2 h-1 w-9 -translate-x-1/2 rounded-full bg-edge md:hidden"
            />
            <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
            <Radix.Close
              aria-label={t("common:close")}
              className="grid size-8 place-items-center rounded-md text-quiet hover:bg-hover hover:text-ink max-md:size-11"
            >
              <X className="size-4" />
            </Radix.Close>
          </div>
          {description && <Radix.Description className="sr-only">{description}</Radix.Description>}
          <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">{children}</div>
          {footer && <div className="border-t border-line p-3">{footer}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Remembers what had the focus when it opened; the returned handler gives it back. */
function useOpener(open: boolean): (event: Event) => void {
  const opener = useRef<Element | null>(null);
  const shown = useRef(false);
  if (shown.current !== open) {
    // Noted before anything inside can take the focus.
    if (open) opener.current = document.activeElement;
    shown.current = open;
  }
  return (event) => {
    event.preventDefault();
    const before = opener.current;
    const free = document.activeElement === null || document.activeElement === document.body;
    if (free && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  };
}

/** On the phone the head of the sheet is drawn down to close it; the cross does the same. */
export function useDrawnDown(onClose: () => void) {
  const phone = usePhone();
  const [drawn, setDrawn] = useState(0);
  const grip = useDrag(
    ({ last, movement: [, down], velocity: [, speed], direction: [, heading] }) => {
      if (!last) return setDrawn(Math.max(0, down));
      setDrawn(0);
      if (down > CLOSES_BELOW || (down > 24 && heading > 0 && speed > CLOSES_FASTER_THAN)) onClose();
    },
    { enabled: phone, axis: "y", filterTaps: true, pointer: { touch: true } },
  );
  return { grip, drawn };
}
