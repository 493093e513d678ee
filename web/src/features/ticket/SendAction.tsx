// The one action that sends: a button on the desk; on the phone a slide, with the same button beside it.
import { useLayoutEffect, useRef } from "react";
import type { Side } from "@/api";
import { Button } from "@/components/button";
import { SlideToConfirm } from "@/components/hold";
import { usePhone } from "@/lib/hooks";
import { t } from "@/text";

interface Props {
  side: Side;
  paper: boolean;
  ready: boolean;
  why: string;
  onBack: () => void;
  onSend: () => void;
}

export function SendAction({ side, paper, ready, why, onBack, onSend }: Props) {
  const phone = usePhone();
  const send = useRef<HTMLButtonElement>(null);
  // Before the review is painted: whoever sees it and presses Enter at once, on a slow machine too, is not ignored.
  useLayoutEffect(() => send.current?.focus({ preventScroll: true }), []);
  useLayoutEffect(() => {
    // A button that was disabled for a while has lost the focus, and gets it back unless it went elsewhere.
    if (ready && document.activeElement === document.body) send.current?.focus({ preventScroll: true });
  }, [ready]);
  const look = side === "BUY" ? "buy" : "sell";
  const words = paper ? t("ticket:send_paper") : t("ticket:send");
  return (
    <div className="flex flex-col gap-2">
      {phone && (
        <SlideToConfirm
          label={t(side === "BUY" ? "ticket:slide_buy" : "ticket:slide_sell")}
          look={look}
          disabled={!ready}
          why={why}
          onConfirm={onSend}
        />
      )}
      <div className="flex gap-2">
        <Button size="lg" onClick={onBack} className="max-md:flex-1">
          {t("ticket:change")}
        </Button>
        <Button
          ref={send}
          size="lg"
          look={phone ? "plain" : look}
          className="flex-1"
          disabled={!ready}
          why={why}
          // Enter held down since the form must not send: sending takes a press of its own.
          onKeyDown={(event) => event.repeat && event.preventDefault()}
          onClick={onSend}
        >
          {words}
        </Button>
      </div>
      {!ready && (
        <p role="status" className="text-xs text-faint">
          {why}
        </p>
      )}
    </div>
  );
}
