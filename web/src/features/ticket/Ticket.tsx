// The order ticket: floats and drags on the desk, a bottom sheet on the phone.
import { X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { inWords, problemOf, type StockDetail, useGetStockQuery, useMetaQuery } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { Button } from "@/components/button";
import { Notice, Waiting } from "@/components/surface";
import { MoveCell, PriceCell } from "@/features/market/PriceCell";
import { cx } from "@/lib/classes";
import { usePhone } from "@/lib/hooks";
import { PickInstrument } from "./PickInstrument";
import { closeTicket, type Seed, useTicketState } from "./state";
import { TicketBody } from "./TicketBody";
import { useDrag } from "./useDrag";

function Frame({ side, title, children }: { side: "BUY" | "SELL"; title: React.ReactNode; children: React.ReactNode }) {
  const dispatch = useAppDispatch();
  const phone = usePhone();
  const { data: meta } = useMetaQuery();
  const panel = useRef<HTMLElement>(null);
  const drag = useDrag(panel, !phone);
  return (
    <>
      {phone && (
        <button
          type="button"
          aria-label="Close the ticket"
          tabIndex={-1}
          className="fixed inset-0 z-30 bg-[rgb(0_0_0/0.45)]"
          onClick={() => dispatch(closeTicket())}
        />
      )}
      <section
        ref={panel}
        role="dialog"
        aria-label="Order ticket"
        style={drag.style}
        className={cx(
          "fixed z-30 flex flex-col overflow-hidden bg-panel shadow-(--shadow)",
          phone
            ? "enter-sheet inset-x-0 bottom-0 max-h-[92dvh] rounded-t-[12px] pb-[env(safe-area-inset-bottom)]"
            : "enter max-h-[calc(100dvh-72px)] w-[740px] rounded-md",
        )}
      >
        <div
          {...drag.handle}
          className={cx(
            "flex h-11 shrink-0 items-center gap-3 border-t-[3px] border-b border-b-line pr-1.5 pl-4 select-none",
            side === "BUY" ? "border-t-buy" : "border-t-sell",
            !phone && "cursor-grab active:cursor-grabbing",
          )}
        >
          <h2 className="flex min-w-0 flex-1 items-baseline gap-2 text-base font-semibold">{title}</h2>
          {meta?.paper && (
            <span className="rounded-sm border border-paper px-1 text-2xs font-semibold tracking-wide text-warning">
              PAPER
            </span>
          )}
          <Button look="ghost" size="icon" aria-label="Close the ticket" onClick={() => dispatch(closeTicket())}>
            <X className="size-4" />
          </Button>
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
      </section>
    </>
  );
}

function ForInstrument({ seed, symbol }: { seed: Seed; symbol: string }) {
  const { data, error, refetch } = useGetStockQuery(
    { symbol },
    { pollingInterval: 2000, skipPollingIfUnfocused: true },
  );
  const [side, setSide] = useState(seed.side);
  const name = symbol.slice(symbol.indexOf(":") + 1);
  return (
    <Frame
      side={side}
      title={
        <>
          <span className="truncate">{name}</span>
          <span className="text-xs font-normal text-faint">{symbol.slice(0, symbol.indexOf(":"))}</span>
          <span className="font-medium">
            <PriceCell symbol={symbol} fallback={data?.last_price} fallbackAt={data?.price_as_of} />
          </span>
          <span className="text-xs font-normal max-[379px]:hidden">
            <MoveCell symbol={symbol} percent={data?.change_percent} />
          </span>
        </>
      }
    >
      {data ? (
        <TicketBody seed={seed} stock={data as StockDetail} onSide={setSide} />
      ) : error ? (
        <Notice tone="bad" className="m-4" action={<Button onClick={refetch}>Try again</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      ) : (
        <Waiting rows={6} />
      )}
    </Frame>
  );
}

export function Ticket() {
  const { seed } = useTicketState();
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    },
    [opener],
  );
  const [picked, setPicked] = useState<string | null>(seed.symbol);
  if (picked) return <ForInstrument seed={seed} symbol={picked} />;
  return (
    <Frame side={seed.side} title="Trade">
      <PickInstrument onPick={setPicked} />
    </Frame>
  );
}
