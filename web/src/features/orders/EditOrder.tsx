// Changing an order where it stands: Enter sends, Escape leaves. It says what each broker's part becomes before it is sent.
import { useLayoutEffect, useRef, useState } from "react";
import {
  inWords,
  type ModifyIn,
  type Order,
  problemOf,
  unanswered,
  useGetStockQuery,
  useListAccountsQuery,
  useModifyOrderMutation,
} from "@/api";
import { Button } from "@/components/button";
import { toast } from "@/components/toasts";
import { cx } from "@/lib/classes";
import { useOnline } from "@/lib/hooks";
import { keyOfLast } from "@/lib/keys";
import { t } from "@/text";
import { changeOf, type Field, fieldsOf, lockedBy, newParts, partsInWords, problemsOf } from "./editing";
import { leaveEdit, type, useEdit } from "./editor";

const formOf = (order: Order): string => `change-${order.id}`;

const leaveOnEscape = (event: React.KeyboardEvent): void => {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  leaveEdit();
};

function useJudged(order: Order) {
  const draft = useEdit(order);
  const { data: stock } = useGetStockQuery({ symbol: `${order.exchange}:${order.symbol}` }, { skip: draft === null });
  const problems = draft ? problemsOf(order, draft, stock) : {};
  return { draft, stock, problems };
}

/** One field of the change, in the place of the value that it changes. */
export function EditField({ order, field, named }: { order: Order; field: Field; named?: boolean }) {
  const { draft, problems } = useJudged(order);
  const input = useRef<HTMLInputElement>(null);
  const first = fieldsOf(order).find((one) => one !== "quantity") ?? "quantity";
  useLayoutEffect(() => {
    if (first !== field) return;
    input.current?.focus();
    input.current?.select();
  }, [first, field]);
  if (!draft) return null;
  const label = t(`orders:edit.${field}`);
  return (
    <label className={named ? "flex flex-col gap-1 text-xs text-quiet" : "inline-block"}>
      {named && label}
      <input
        ref={input}
        form={formOf(order)}
        aria-label={named ? undefined : t("orders:edit.field_of", { field: label, symbol: order.symbol })}
        aria-invalid={problems[field] ? true : undefined}
        title={problems[field]}
        className={cx("field text-right", !named && "h-6.5 w-19 px-1.5")}
        inputMode={field === "quantity" ? "numeric" : "decimal"}
        value={draft[field]}
        onChange={(event) => type({ [field]: event.target.value.replace(/[₹,\s]/g, "") })}
        onKeyDown={(event) => {
          leaveOnEscape(event);
          if (event.key !== "Enter") return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
      />
    </label>
  );
}

interface Judgement {
  why: string | null;
  bad: boolean;
  words: string | null;
}

function useJudgement(order: Order): Judgement & { change: ModifyIn | null } {
  const { draft, stock, problems } = useJudged(order);
  const { data: accounts = [] } = useListAccountsQuery();
  const online = useOnline();
  if (!draft) return { why: null, bad: false, words: null, change: null };
  const locked = lockedBy(order);
  const wrong = Object.values(problems).find(Boolean) ?? null;
  const change = wrong ? null : changeOf(order, draft);
  const parts = change ? newParts(order, change, accounts, stock?.lot ?? 1) : null;
  const why =
    locked ??
    wrong ??
    (!online ? t("orders:offline") : !change ? t("orders:edit.unchanged") : parts ? null : t("orders:edit.too_few"));
  return {
    why,
    bad: locked !== null || wrong !== null,
    words: why ?? (parts && t("orders:edit.will", { parts: partsInWords(parts) })),
    change,
  };
}

/** What the change will do, or what is wrong with it; the form that Enter in any of its fields sends. */
export function EditBar({ order, className }: { order: Order; className?: string }) {
  const { why, bad, words, change } = useJudgement(order);
  const [modify, { isLoading }] = useModifyOrderMutation({ fixedCacheKey: formOf(order) });
  const [said, setSaid] = useState<string | null>(null);
  const [keyOf] = useState(keyOfLast);

  async function send(): Promise<void> {
    if (why !== null || !change || isLoading) return;
    try {
      // The same change asked again uses its key again: it cannot happen twice.
      await modify({ orderId: order.id, "idempotency-key": keyOf(change), modifyIn: change }).unwrap();
      toast({ key: `change ${order.id}`, tone: "info", title: t("orders:edit.asked", { symbol: order.symbol }) });
      leaveEdit();
    } catch (error) {
      const problem = problemOf(error);
      setSaid(unanswered(problem) ? `${t("orders:edit.no_answer")} ${inWords(problem)}` : inWords(problem));
    }
  }

  return (
    <form
      id={formOf(order)}
      aria-label={t("orders:edit.title", { symbol: order.symbol })}
      className={cx("whitespace-normal", className)}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p role="status" className={cx("text-xs", said || bad ? "text-loss" : "text-quiet")}>
        {said ?? words}
      </p>
    </form>
  );
}

export function EditButtons({ order, form = "row" }: { order: Order; form?: "row" | "card" }) {
  const { why } = useJudgement(order);
  const [, { isLoading }] = useModifyOrderMutation({ fixedCacheKey: formOf(order) });
  const size = form === "card" ? "md" : "sm";
  const wide = form === "card" ? "flex-1" : "";
  return (
    <>
      <Button
        type="submit"
        form={formOf(order)}
        look="primary"
        size={size}
        className={wide}
        disabled={why !== null || isLoading}
        why={why}
        onKeyDown={leaveOnEscape}
      >
        {isLoading ? t("orders:edit.sending") : t("orders:edit.send")}
      </Button>
      <Button size={size} className={wide} onClick={leaveEdit} onKeyDown={leaveOnEscape}>
        {t("orders:edit.leave")}
      </Button>
    </>
  );
}

/** The change as a form of its own, on the phone and on the order's page. */
export function EditForm({ order }: { order: Order }) {
  const draft = useEdit(order);
  if (!draft) return null;
  return (
    <div className="flex flex-col gap-3 border-y border-line bg-panel px-4 py-3">
      <div className="grid grid-cols-[repeat(auto-fit,minmax(110px,1fr))] gap-3">
        {fieldsOf(order).map((field) => (
          <EditField key={field} order={order} field={field} named />
        ))}
      </div>
      <EditBar order={order} />
      <div className="flex gap-2">
        <EditButtons order={order} form="card" />
      </div>
    </div>
  );
}
