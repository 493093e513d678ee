// What happens inside the ticket: typing beside a live preview, then review, then the answer.
import { LoaderCircle } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { inWords, problemOf, type Side, type StockDetail, useMetaQuery, usePreviewOrderQuery } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { Button } from "@/components/button";
import { Amount } from "@/components/figures";
import { Depth } from "@/features/market/Depth";
import { DecisionLine, Receipt } from "@/features/routing/Receipt";
import { useOnline, useSettled } from "@/lib/hooks";
import * as money from "@/lib/money";
import { type DraftField, type Mistakes, mistakesIn, needsPrice, toOrder } from "./draft";
import { Margins } from "./Margins";
import { Progress } from "./Progress";
import { Review } from "./Review";
import { closeTicket, type Seed } from "./state";
import { TicketForm } from "./TicketForm";
import { useDraft, useInstrument } from "./useDraft";
import { useSending } from "./useSending";

const PREVIEW_AFTER = 250;
const PREVIEW_AGAIN = 5000;

interface Props {
  seed: Seed;
  stock: StockDetail;
  onSide: (side: Side) => void;
}

export function TicketBody({ seed, stock, onSide }: Props) {
  const dispatch = useAppDispatch();
  const online = useOnline();
  const { data: meta } = useMetaQuery();
  const instrument = useInstrument(stock);
  const { draft, change } = useDraft(seed, instrument);
  const { state: sending, edit, review, send } = useSending();
  const form = useRef<HTMLFormElement>(null);

  const own = mistakesIn(draft, instrument);
  const valid = Object.keys(own).length === 0;
  const written = JSON.stringify(valid ? toOrder(draft, stock.symbol) : null);
  // The draft somebody asked to review before its route was known; any change forgets the wish.
  const [wished, setWished] = useState<string | null>(null);
  const wishing = wished === written;
  const settled = useSettled(written, wishing ? 0 : PREVIEW_AFTER);
  const order = useMemo(() => JSON.parse(settled) as ReturnType<typeof toOrder> | null, [settled]);
  const looking = sending.at === "edit" || sending.at === "review";
  const { currentData, error, isFetching } = usePreviewOrderQuery(
    { orderIn: order as ReturnType<typeof toOrder> },
    {
      skip: order === null || !looking,
      pollingInterval: PREVIEW_AGAIN,
      skipPollingIfUnfocused: true,
    },
  );
  const current = settled === written && currentData !== undefined;
  const decision = currentData?.decision;
  const problem = error ? problemOf(error) : null;
  const mistakes: Mistakes = { ...refusedFields(), ...own };
  const ready = valid && current && decision?.kind === "plan" && online;
  const hopeless = !valid || !online || (settled === written && (problem !== null || decision?.kind === "denied"));

  useEffect(() => {
    if (!wishing || !(ready || hopeless)) return;
    setWished(null);
    if (ready && order) review(order);
  }, [wishing, ready, hopeless, order, review]);

  useEffect(() => onSide(draft.side), [draft.side, onSide]);
  useEffect(() => {
    if (sending.at !== "edit") return;
    const first = form.current?.querySelector<HTMLInputElement>("[data-autofocus]");
    first?.focus({ preventScroll: true });
    first?.select();
  }, [sending.at]);

  /** How far the price must move to earn the charges of this order. */
  function aUnit(total: string): string {
    const charges = money.parse(total);
    const each = charges === null ? null : money.per(charges, order?.quantity ?? 0);
    return each === null ? "" : ` (${money.rupees(each)} a unit)`;
  }

  /** What the server found wrong, beside the field it names. */
  function refusedFields(): Mistakes {
    const named: Mistakes = {};
    if (settled !== written) return named;
    const reasons = decision?.kind === "denied" ? decision.reasons : [];
    const general = reasons.filter((reason) => reason.account === null);
    for (const reason of [...general, ...reasons]) {
      if (reason.field) named[reason.field as DraftField] ??= reason.message;
    }
    if (problem?.field) named[problem.field as DraftField] = inWords(problem);
    return named;
  }

  function whyNot(): string {
    if (!online) return "Offline: orders cannot be sent";
    if (!valid) return Object.values(own)[0] ?? "Complete the order";
    if (problem) return inWords(problem);
    if (decision?.kind === "denied") return decision.reasons[0]?.message ?? decision.summary;
    return "Working out where it goes";
  }

  if (sending.at === "review") {
    return (
      <div className="p-4">
        <Review
          order={sending.order}
          preview={currentData}
          paper={meta?.paper ?? false}
          online={online}
          onBack={edit}
          onSend={send}
        />
      </div>
    );
  }
  if (sending.at !== "edit") {
    return (
      <div className="p-4">
        <Progress sending={sending} onEdit={edit} onAskAgain={send} onClose={() => dispatch(closeTicket())} />
      </div>
    );
  }
  return (
    <form
      ref={form}
      className="grid grid-cols-[minmax(0,1fr)] gap-x-5 md:grid-cols-[320px_minmax(0,1fr)]"
      onSubmit={(event) => {
        event.preventDefault();
        if (!hopeless) setWished(written);
      }}
      onKeyDown={(event) => {
        const key = event.key.toLowerCase();
        if ((key !== "b" && key !== "s") || !(event.target as HTMLElement).matches("[type=radio], button")) return;
        event.preventDefault();
        change({ side: key === "b" ? "BUY" : "SELL" });
      }}
    >
      <div className="p-4 md:pr-0">
        <TicketForm draft={draft} mistakes={mistakes} stock={instrument} change={change} />
        <div className="mt-4 border-t border-line pt-2 max-md:hidden">
          <Depth
            quote={stock.quote}
            tabStops={false}
            onPrice={(price) => change({ price, ...(needsPrice(draft.orderType) ? {} : { orderType: "LIMIT" }) })}
          />
        </div>
      </div>
      <div className="flex min-w-0 flex-col gap-4 p-4 max-md:pt-0 md:border-l md:border-line">
        <div aria-live="polite" className="flex min-h-[120px] flex-col gap-2" aria-busy={isFetching}>
          {decision ? (
            <>
              <DecisionLine decision={decision} />
              <Receipt decision={decision} />
            </>
          ) : problem && !problem.field ? (
            <p className="text-loss">{inWords(problem)}</p>
          ) : (
            <p className="text-faint">{valid ? "Working out where it goes…" : "The routing appears as you type."}</p>
          )}
        </div>
        <Margins decision={decision} />
      </div>
      <div className="sticky bottom-0 flex items-center gap-4 border-t border-line bg-panel px-4 py-3 md:col-span-2">
        <p className="min-w-0 flex-1 text-quiet md:truncate" title={ready ? undefined : whyNot()}>
          {ready && currentData?.notional ? (
            <>
              About <Amount value={currentData.notional} className="font-medium text-ink" />
              {decision?.charges && (
                <>
                  {" "}
                  + <Amount value={decision.charges.total} /> charges{aUnit(decision.charges.total)}
                </>
              )}
            </>
          ) : (
            whyNot()
          )}
        </p>
        <Button
          type="submit"
          size="lg"
          look={draft.side === "BUY" ? "buy" : "sell"}
          className="min-w-36"
          disabled={hopeless}
          aria-busy={wishing}
          why={whyNot()}
        >
          {wishing && <LoaderCircle className="size-4 motion-safe:animate-spin" aria-hidden="true" />}
          Review {draft.side === "BUY" ? "buy" : "sell"}
        </Button>
      </div>
    </form>
  );
}
