// Leaving everything: every open order cancelled, every position closed at market, then what each account has proven.
import { useState } from "react";
import { Link } from "react-router";
import {
  type ExitedAll,
  inWords,
  problemOf,
  unanswered,
  useExitAllPositionsMutation,
  useGetPortfolioQuery,
  useListOrdersQuery,
} from "@/api";
import { BrokerBadge, SideWord, StateWord } from "@/components/badge";
import { Button } from "@/components/button";
import { HoldButton, SlideToConfirm } from "@/components/hold";
import { Sheet } from "@/components/sheet";
import { Notice } from "@/components/surface";
import { stateOf } from "@/features/orders/status";
import { useOnline, usePhone } from "@/lib/hooks";
import { newKey } from "@/lib/keys";
import * as money from "@/lib/money";
import { t } from "@/text";
import { leavingSide, openLots } from "./exits";
import { partId } from "./useExits";

export function ExitAllButton({ className }: { className?: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="danger" size="sm" className={className} onClick={() => setOpen(true)}>
        {t("orders:exits.all")}
      </Button>
      {open && <ExitAllSheet onClose={() => setOpen(false)} />}
    </>
  );
}

function Before() {
  const { data: portfolio } = useGetPortfolioQuery();
  const { data: orders } = useListOrdersQuery({ status: "open", limit: 200 });
  // Broker by broker: what is long at one and short at another is left at both, though it is flat in sum.
  const lines = portfolio?.positions.flatMap((position) => openLots(position).map((lot) => ({ position, lot }))) ?? [];
  return (
    <>
      <p className="text-quiet">{t("orders:exits.all_about")}</p>
      <ul aria-label={t("orders:exits.all_lines")} className="border-t border-line">
        {orders && orders.items.length > 0 && (
          <li className="flex h-9 items-center border-b border-line">
            {t("orders:exits.cancels", { count: orders.items.length })}
          </li>
        )}
        {lines.map(({ position, lot }) => (
          <li key={partId({ position, lot })} className="flex h-9 items-center gap-2 border-b border-line">
            <SideWord side={leavingSide(lot.quantity)} />
            <span className="min-w-0 flex-1 truncate">{position.symbol}</span>
            <span className="text-quiet">{position.product}</span>
            <BrokerBadge broker={lot.broker} stale={lot.stale} />
            <span>{money.quantity(Math.abs(lot.quantity))}</span>
          </li>
        ))}
        {portfolio && lines.length === 0 && <li className="py-2 text-quiet">{t("orders:exits.no_positions")}</li>}
      </ul>
    </>
  );
}

const toneOf = (flat: boolean | null) => (flat === null ? "unknown" : flat ? "good" : "bad");
const wordOf = (flat: boolean | null) =>
  flat === null ? t("orders:exits.not_known") : flat ? t("orders:exits.proven_flat") : t("orders:exits.not_flat");

function After({ result }: { result: ExitedAll }) {
  return (
    <>
      <p role="status" className="text-base font-medium">
        {result.flat ? t("orders:exits.all_flat") : t("orders:exits.not_all_flat")}
      </p>
      <ul aria-label={t("orders:exits.by_account")} className="border-t border-line">
        {result.accounts.map((account) => (
          <li key={account.account} className="border-b border-line py-2">
            <span className="flex items-center justify-between gap-2">
              {account.account_label}
              <StateWord tone={toneOf(account.flat)}>{wordOf(account.flat)}</StateWord>
            </span>
            {account.left.map((left) => (
              <p key={`${left.symbol} ${left.product}`} className="text-xs text-loss">
                {t("orders:exits.left", {
                  symbol: left.symbol,
                  product: left.product,
                  quantity: money.quantity(left.quantity, { sign: true }),
                })}
              </p>
            ))}
            {account.refused.map((words) => (
              <p key={words} className="text-xs text-quiet first-letter:uppercase">
                {words}
              </p>
            ))}
          </li>
        ))}
      </ul>
      <ul aria-label={t("orders:exits.orders_sent")}>
        {result.orders.map((order) => (
          <li key={order.id} className="flex min-h-9 items-center gap-2">
            <SideWord side={order.side} />
            <Link to={`/orders/${order.id}`} className="min-w-0 flex-1 truncate text-accent hover:underline">
              {order.symbol} {money.quantity(order.quantity)}
            </Link>
            <StateWord tone={stateOf(order).tone}>{stateOf(order).word}</StateWord>
          </li>
        ))}
      </ul>
    </>
  );
}

function ExitAllSheet({ onClose }: { onClose: () => void }) {
  const [exitAll, { data: result, error, isLoading }] = useExitAllPositionsMutation();
  const [key] = useState(newKey);
  const phone = usePhone();
  const online = useOnline();
  const problem = error ? problemOf(error) : null;
  const confirm = {
    disabled: isLoading || !online,
    why: online ? null : t("orders:offline"),
    onConfirm: () => void exitAll({ "idempotency-key": key, exitAllIn: { confirm: true } }),
  };
  return (
    <Sheet
      open
      onClose={onClose}
      title={t("orders:exits.all")}
      footer={
        result ? (
          <Button className="w-full" onClick={onClose}>
            {t("common:close")}
          </Button>
        ) : (
          <div className="flex flex-col gap-2">
            {phone && <SlideToConfirm look="danger" label={t("orders:exits.all_slide")} {...confirm} />}
            <HoldButton className="w-full" {...confirm}>
              {isLoading ? t("orders:exits.all_busy") : t("orders:exits.all_hold")}
            </HoldButton>
          </div>
        )
      }
    >
      <div className="flex flex-col gap-3 px-4 py-4">
        {result ? <After result={result} /> : <Before />}
        {problem && (
          <Notice tone="bad">
            {unanswered(problem) && <p className="font-medium">{t("orders:exits.all_unclear")}</p>}
            <p>{inWords(problem)}</p>
          </Notice>
        )}
      </div>
    </Sheet>
  );
}
