// A dialog on the desk, a bottom sheet on the phone; focus stays inside, Escape closes and brings it back where it was.
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useRef } from "react";
import { cx } from "@/lib/classes";

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: string;
  hideTitle?: boolean;
  className?: string;
  children: React.ReactNode;
}

export function Dialog({ open, onClose, title, description, hideTitle, className, children }: Props) {
  const opener = useRef<Element | null>(null);
  const shown = useRef(false);
  if (shown.current !== open) {
    // Noted before anything inside can take the focus.
    if (open) opener.current = document.activeElement;
    shown.current = open;
  }
  function giveBackFocus(event: Event): void {
    event.preventDefault();
    const before = opener.current;
    const free = document.activeElement === null || document.activeElement === document.body;
    if (free && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  }
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[rgb(0_0_0/0.45)]" />
        <Radix.Content
          onCloseAutoFocus={giveBackFocus}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cx(
            "fixed z-50 flex max-h-[86dvh] flex-col overflow-hidden bg-panel shadow-(--shadow)",
            "max-md:enter-sheet max-md:inset-x-0 max-md:bottom-0 max-md:rounded-t-[12px] max-md:pb-[env(safe-area-inset-bottom)]",
            "md:enter md:top-[12vh] md:left-1/2 md:w-[520px] md:-translate-x-1/2 md:rounded-md",
            className,
          )}
        >
          <div
            className={cx(
              "flex items-center justify-between border-b border-line py-1.5 pr-1.5 pl-4",
              hideTitle && "sr-only",
            )}
          >
            <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
            <Radix.Close
              aria-label="Close"
              className="grid size-8 place-items-center rounded-md text-quiet hover:bg-hover hover:text-ink max-md:size-11"
            >
              <X className="size-4" />
            </Radix.Close>
          </div>
          {description && <Radix.Description className="sr-only">{description}</Radix.Description>}
          <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
