// What must not happen by a slip: a button held for two seconds, or a thumb slid to the end. Both work by keyboard and screen reader.
import { useDrag } from "@use-gesture/react";
import { ChevronsRight } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { cx } from "@/lib/classes";
import { t } from "@/text";
import { buttonLook } from "./button";

const ASKS_AGAIN_FOR = 5_000;
const AT_THE_END = 0.95; // of the way: a thumb need not hit the last pixel

interface Confirm {
  onConfirm: () => void;
  disabled?: boolean;
  /** Why it cannot be done now. */
  why?: string | null;
  className?: string;
}

interface HoldProps extends Confirm {
  children: React.ReactNode;
  /** How long it is held, in milliseconds. */
  hold?: number;
  look?: "danger" | "primary" | "buy" | "sell" | "plain";
  size?: "sm" | "md" | "lg";
}

/**
 * Hold with pointer, Enter or Space. An activation that cannot be held, as a screen reader's, asks to be repeated
 * within five seconds.
 */
export function HoldButton({ onConfirm, children, hold = 2000, look = "danger", size = "lg", ...rest }: HoldProps) {
  const { disabled, why, className } = rest;
  const { held, start, stop } = useHeld(hold, onConfirm);
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (disabled) stop(); // a disabled button hears of no release
  }, [disabled, stop]);
  useEffect(() => {
    if (!asking) return;
    const wait = setTimeout(() => setAsking(false), ASKS_AGAIN_FOR);
    return () => clearTimeout(wait);
  }, [asking]);

  const isHoldKey = (event: React.KeyboardEvent) => event.key === "Enter" || event.key === " ";
  return (
    <button
      type="button"
      disabled={disabled}
      title={disabled && why ? why : undefined}
      className={cx(buttonLook({ look, size }), "relative touch-none overflow-hidden", className)}
      onPointerDown={(event) => event.button === 0 && start()}
      onPointerUp={stop}
      onPointerLeave={stop}
      onPointerCancel={stop}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isHoldKey(event)) return;
        event.preventDefault();
        if (!event.repeat) start();
      }}
      onKeyUp={(event) => isHoldKey(event) && stop()}
      onBlur={stop}
      onClick={(event) => {
        if (event.detail !== 0) return; // a real pointer: it holds
        if (asking) onConfirm();
        setAsking(!asking);
      }}
    >
      <span
        aria-hidden="true"
        className="absolute inset-y-0 left-0 w-full origin-left bg-current opacity-25"
        style={{ transform: `scaleX(${held ? 1 : 0})`, transition: held ? `transform ${hold}ms linear` : "none" }}
      />
      <span className="relative">{children}</span>
      <span role="status" className="sr-only">
        {asking ? t("common:press_again") : held ? t("common:keep_holding") : ""}
      </span>
    </button>
  );
}

function useHeld(hold: number, onConfirm: () => void) {
  const [held, setHeld] = useState(false);
  const wait = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const confirm = useRef(onConfirm);
  confirm.current = onConfirm;
  const stop = useCallback(() => {
    clearTimeout(wait.current);
    setHeld(false);
  }, []);
  const start = useCallback(() => {
    clearTimeout(wait.current);
    setHeld(true);
    wait.current = setTimeout(() => {
      setHeld(false);
      confirm.current();
    }, hold);
  }, [hold]);
  useEffect(() => stop, [stop]);
  return { held, start, stop };
}

interface SlideProps extends Confirm {
  label: string;
  look?: "danger" | "primary" | "buy" | "sell";
}

const tracks = {
  danger: "bg-loss/15 text-ink",
  primary: "bg-accent/15 text-accent",
  buy: "bg-buy-tint text-buy-text",
  sell: "bg-sell-tint text-sell-text",
};
const thumbs = {
  danger: "bg-loss text-ground",
  primary: "bg-accent text-accent-ink",
  buy: "bg-buy text-on-side",
  sell: "bg-sell text-on-side",
};

/** Slide the thumb to the right end; let go before and nothing happens. By keyboard: arrow keys, End. */
export function SlideToConfirm({ onConfirm, label, look = "primary", disabled, why, className }: SlideProps) {
  const track = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0); // 0 to 1
  const moveTo = (next: number) => {
    if (next >= 1) {
      setAt(0);
      onConfirm();
    } else setAt(Math.max(0, next));
  };
  const bind = useDrag(
    ({ movement: [x], last, canceled, event }) => {
      const room = (track.current?.clientWidth ?? 0) - 52;
      const next = room > 0 ? Math.min(1, Math.max(0, x / room)) : 0;
      if (!last) setAt(next);
      // Taken away by the system, not let go by the thumb: that confirms nothing.
      else moveTo(next >= AT_THE_END && !canceled && event.type !== "pointercancel" ? 1 : 0);
    },
    { enabled: !disabled, axis: "x", filterTaps: true },
  );
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step: Record<string, number> = { ArrowRight: at + 0.2, ArrowLeft: at - 0.2, End: 1, Home: 0 };
    const next = step[event.key];
    if (next === undefined || disabled || (event.key === "End" && event.repeat)) return;
    event.preventDefault();
    moveTo(Math.round(next * 100) / 100);
  };
  return (
    <div
      ref={track}
      title={disabled && why ? why : undefined}
      className={cx("relative h-13 rounded-full select-none", tracks[look], disabled && "opacity-50", className)}
    >
      <span aria-hidden="true" className="absolute inset-0 grid place-items-center px-14 text-center font-medium">
        {label}
      </span>
      <div
        {...bind()}
        role="slider"
        tabIndex={disabled ? -1 : 0}
        aria-label={label}
        aria-disabled={disabled || undefined}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(at * 100)}
        aria-valuetext={t("common:slide_to_end")}
        onKeyDown={onKeyDown}
        onBlur={() => setAt(0)}
        className={cx("absolute top-1 grid size-11 touch-none place-items-center rounded-full", thumbs[look])}
        style={{ left: `calc(4px + ${at} * (100% - 52px))` }}
      >
        <ChevronsRight className="size-5" aria-hidden="true" />
      </div>
    </div>
  );
}
