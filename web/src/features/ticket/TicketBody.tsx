// What happens inside the ticket: typing beside a live preview, then review, then the answer. The action stays at the lower edge.
import { LoaderCircle } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { inWords, type Side, type StockDetail, useGetMeQuery, useGetPortfolioQuery, useMetaQuery } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { signedIn } from "@/api/session";
import { Button } from "@/components/button";
import { Amount } from "@/components/figures";
import { Depth } from "@/features/market/Depth";
import { DecisionLine, Receipt } from "@/features/routing/Receipt";
import { useClock, useOnline, usePhone } from "@/lib/hooks";
import * as money from "@/lib/money";
import { usePrefs } from "@/lib/prefs";
import { secondsSince } from "@/lib/time";
import { Trans, t } from "@/text";
import { useStandard } from "./BrokerField";
import { BreakEven, Margins } from "./CostPanel";
import { marginEach } from "./cost";
import { type Draft, needsPrice, toOrder } from "./draft";
import { mistakesIn } from "./mistakes";
import { Nudges } from "./Nudges";
import { type Nudge, nudgesFor } from "./nudges";
import { Progress } from "./Progress";
import { guardOf } from "./protection";
import { Review } from "./Review";
import { SendAction } from "./SendAction";
import { held } from "./standing";
import { closeTicket, type Seed } from "./state";
import { TicketForm } from "./TicketForm";
import { type Instrument, useDraft, useInstrument } from "./useDraft";
import { useHours } from "./useHours";
import { type Previewed, usePreview } from "./usePreview";
import { useSending } from "./useSending";

const scroll = "min-h-0 flex-1 overflow-y-auto overscroll-contain";
const footer = "shrink-0 border-t border-line bg-panel p-3 md:px-4";

function useNudges(draft: Draft, stock: StockDetail, instrument: Instrument, previewed: Previewed): Nudge[] {
  const hours = useHours(stock.exchange);
  const { data: portfolio } = useGetPortfolioQuery();
  const lastAge = useClock((now) => {
    const seconds = secondsSince(instrument.lastAt, now);
    return seconds === null ? null : Math.floor(seconds / 10) * 10; // words that do not change every second
  });
  return nudgesFor({
    draft,
    kind: stock.kind,
    quote: stock.quote,
    last: instrument.last,
    lastAge,
    marketOpen: hours.open,
    opensAt: hours.opensAt,
    held: portfolio ? held(portfolio, instrument, draft) : 0,
    ownOrders: previewed.preview?.own_orders ?? null,
  });
}

interface OutlookProps {
  previewed: Previewed;
  valid: boolean;
  plain: boolean;
  /** On the phone the choice stands with the action. */
  phone: boolean;
}

function Outlook({ previewed, valid, plain, phone }: OutlookProps) {
  const { preview, problem } = previewed;
  if (preview) {
    return (
      <>
        {(!phone || preview.decision.kind === "denied") && <DecisionLine decision={preview.decision} />}
        {!plain && <Receipt decision={preview.decision} narrow />}
      </>
    );
  }
  if (problem && !problem.field) return <p className="text-loss">{inWords(problem)}</p>;
  return <p className="text-faint">{valid ? t("ticket:routing") : t("ticket:routing_appears")}</p>;
}

function Costs({ previewed }: { previewed: Previewed }) {
  const { preview, order } = previewed;
  if (!preview?.notional || !order) return null;
  const { charges } = preview.decision;
  return (
    <p className="flex flex-wrap gap-x-3 text-xs text-quiet">
      <span>
        <Trans k="ticket:about" components={{ value: <Amount value={preview.notional} className="text-ink" /> }} />
      </span>
      {charges && (
        <span>
          <Trans k="ticket:all_charges" components={{ value: <Amount value={charges.total} className="text-ink" /> }} />
        </span>
      )}
      {charges && <BreakEven preview={preview} order={order} />}
    </p>
  );
}

interface Props {
  seed: Seed;
  stock: StockDetail;
  onSide: (side: Side) => void;
}

export function TicketBody({ seed, stock, onSide }: Props) {
  const dispatch = useAppDispatch();
  const online = useOnline();
  const phone = usePhone();
  const plain = useStandard();
  const { reviewSkipBelow } = usePrefs();
  const { data: meta } = useMetaQuery();
  const { data: me } = useGetMeQuery();
  const instrument = useInstrument(stock);
  const { draft, change } = useDraft(seed, instrument);
  const wanted = guardOf(draft.stop, draft.target);
  const { state: sending, ...act } = useSending(stock.symbol, { guard: wanted, user: me?.id ?? signedIn() });
  const form = useRef<HTMLFormElement>(null);

  const own = mistakesIn(draft, instrument, instrument.last);
  const valid = Object.keys(own).length === 0;
  // The draft somebody asked to review before its route was known; any change forgets the wish.
  const [wished, setWished] = useState<string | null>(null);
  const previewed = usePreview(valid ? toOrder(draft, stock.symbol) : null, {
    hurry: (written) => wished === written,
    on: sending.at === "edit" || sending.at === "review",
  });
  const { written, order, preview, current, problem } = previewed;
  const wishing = wished !== null && wished === written;
  const decision = preview?.decision;
  const ready = valid && current && decision?.kind === "plan" && online;
  const hopeless = !valid || !online || problem !== null || (current && decision?.kind === "denied");
  const nudges = useNudges(draft, stock, instrument, previewed);
  const small = money.parse(preview?.notional);
  const limit = money.parse(reviewSkipBelow);
  const atOnce = current && small !== null && limit !== null && small < limit;

  const { review, sendAtOnce } = act;
  useEffect(() => {
    if (!wishing || !(ready || hopeless)) return;
    setWished(null);
    if (!ready || !order) return;
    if (atOnce) sendAtOnce(order);
    else review(order);
  });

  useEffect(() => onSide(draft.side), [draft.side, onSide]);
  useLayoutEffect(() => {
    // On the phone the keyboard would cover half of the ticket before anything was read.
    if (sending.at !== "edit" || phone) return;
    const first = form.current?.querySelector<HTMLInputElement>("[data-autofocus]");
    first?.focus({ preventScroll: true });
    first?.select();
  }, [sending.at, phone]);

  function whyNot(): string {
    if (!online) return t("ticket:offline");
    if (!valid) return Object.values(own)[0] ?? t("ticket:complete");
    if (problem) return inWords(problem);
    if (decision?.kind === "denied") return decision.reasons[0]?.message ?? decision.summary;
    return t("ticket:routing");
  }

  if (sending.at === "review") {
    return (
      <>
        <div className={`${scroll} p-4`}>
          <Review order={sending.order} preview={preview} guard={wanted} nudges={nudges} plain={plain} />
        </div>
        <div className={footer}>
          <SendAction
            side={draft.side}
            paper={meta?.paper ?? false}
            ready={decision?.kind === "plan" && online}
            why={online ? t("ticket:no_plan") : t("ticket:offline")}
            onBack={act.edit}
            onSend={act.send}
          />
        </div>
      </>
    );
  }
  if (sending.at !== "edit") {
    return (
      <div className={`${scroll} p-4`}>
        <Progress
          sending={sending}
          onEdit={act.edit}
          onAskAgain={act.send}
          onLook={act.look}
          onDrop={act.drop}
          onClose={() => dispatch(closeTicket())}
        />
      </div>
    );
  }
  const buy = draft.side === "BUY";
  const reviewWords = buy ? t("ticket:review_buy") : t("ticket:review_sell");
  const sendWords = meta?.paper ? t("ticket:send_paper") : t("ticket:send");
  return (
    <form
      ref={form}
      className="flex min-h-0 flex-1 flex-col"
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
      <div className={`${scroll} grid grid-cols-[minmax(0,1fr)] content-start md:grid-cols-[330px_minmax(0,1fr)]`}>
        <div className="p-4">
          <TicketForm
            draft={draft}
            mistakes={{ ...previewed.refused, ...own }}
            stock={instrument}
            eachNeeds={order && current ? marginEach(decision, order.quantity) : null}
            change={change}
          />
        </div>
        <div className="flex min-w-0 flex-col gap-4 p-4 max-md:border-t max-md:border-line md:border-l md:border-line">
          <div aria-live="polite" className="flex min-h-[96px] flex-col gap-2" aria-busy={previewed.busy}>
            <Outlook previewed={previewed} valid={valid} plain={plain} phone={phone} />
          </div>
          <Nudges found={nudges} />
          <Margins decision={decision} only={plain ? (decision?.plan?.[0]?.account ?? null) : null} />
          <div className="border-t border-line pt-2">
            <Depth
              quote={stock.quote}
              tabStops={false}
              onPrice={(price) => change({ price, ...(needsPrice(draft.orderType) ? {} : { orderType: "LIMIT" }) })}
            />
          </div>
        </div>
      </div>
      <div
        className={`${footer} flex items-center justify-between gap-3 max-md:flex-col max-md:items-stretch max-md:gap-2`}
      >
        {ready ? (
          <div>
            {phone && <p className="mb-0.5 font-medium">{decision.summary}</p>}
            <Costs previewed={previewed} />
          </div>
        ) : (
          <p className="text-xs text-faint">{whyNot()}</p>
        )}
        <Button
          type="submit"
          size="lg"
          look={buy ? "buy" : "sell"}
          className="min-w-36"
          disabled={hopeless}
          aria-busy={wishing}
          why={whyNot()}
        >
          {wishing && <LoaderCircle className="size-4 motion-safe:animate-spin" aria-hidden="true" />}
          {atOnce ? sendWords : reviewWords}
        </Button>
      </div>
    </form>
  );
}
