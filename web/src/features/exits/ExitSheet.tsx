// Leaving a position at the market, part by part at its own broker; or turning it round, the second half only after the first.
import { useState } from "react";
import type { Position, PositionLot } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { BrokerBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Age } from "@/components/figures";
import { Sheet } from "@/components/sheet";
import { Notice } from "@/components/surface";
import { openTicket } from "@/features/ticket/state";
import { useOnline } from "@/lib/hooks";
import * as money from "@/lib/money";
import { t } from "@/text";
import { ExitResult } from "./ExitResult";
import { leaveSeed, leavingSide, openLots, otherWaySeed, quantityOf } from "./exits";
import { type Exit, type Leaving, partId, useExits } from "./useExits";

export type ExitKind = "exit" | "reverse";

interface Props {
  position: Position;
  kind: ExitKind;
  onClose: () => void;
}

interface LineProps {
  lot: PositionLot;
  text: string;
  chosen: boolean;
  several: boolean;
  exit: Exit | undefined;
  onText: (text: string) => void;
  onChoose: () => void;
  result: React.ReactNode;
}

function Line({ lot, text, chosen, several, exit, onText, onChoose, result }: LineProps) {
  const wrong = chosen && quantityOf(text, lot.quantity) === null;
  return (
    <li className="flex flex-col gap-2 border-b border-line py-3 last:border-0">
      <div className="flex items-center gap-2">
        {several && !exit && (
          <input
            type="checkbox"
            className="size-4 accent-(--accent)"
            checked={chosen}
            aria-label={t("orders:exits.leave_at", { account: lot.label })}
            onChange={onChoose}
          />
        )}
        <BrokerBadge broker={lot.broker} stale={lot.stale} />
        <span className="min-w-0 flex-1 truncate">{lot.label}</span>
        {lot.stale && <Age at={lot.as_of} />}
        <span className="text-quiet">
          {`${money.quantity(lot.quantity, { sign: true })} × ${money.price(lot.average_price)}`}
        </span>
      </div>
      {exit ? (
        result
      ) : (
        <Field
          label={t("orders:exits.quantity", { open: money.quantity(Math.abs(lot.quantity)) })}
          inputMode="numeric"
          value={text}
          disabled={!chosen}
          error={wrong ? t("orders:exits.quantity_wrong", { open: money.quantity(Math.abs(lot.quantity)) }) : undefined}
          onChange={(event) => onText(event.target.value)}
        />
      )}
    </li>
  );
}

/** What to leave at each account, and whether it can be sent as it stands. */
function useChosen(position: Position, lots: readonly PositionLot[]) {
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set());
  const textOf = (lot: PositionLot) => texts[lot.account] ?? money.quantity(Math.abs(lot.quantity));
  const parts = lots.flatMap((lot): Leaving[] => {
    const quantity = without.has(lot.account) ? null : quantityOf(textOf(lot), lot.quantity);
    return quantity === null ? [] : [{ position, lot, quantity }];
  });
  return {
    parts,
    textOf,
    setText: (lot: PositionLot, text: string) => setTexts((before) => ({ ...before, [lot.account]: text })),
    isChosen: (lot: PositionLot) => !without.has(lot.account),
    toggle: (lot: PositionLot) =>
      setWithout((before) => {
        const after = new Set(before);
        if (!after.delete(lot.account)) after.add(lot.account);
        return after;
      }),
    complete: parts.length > 0 && parts.length === lots.length - without.size,
  };
}

export function ExitSheet({ position, kind, onClose }: Props) {
  // As it was when it was opened: what is left must not change under the finger.
  const [lots] = useState(() => openLots(position));
  const chosen = useChosen(position, lots);
  const { exits, leave } = useExits();
  const dispatch = useAppDispatch();
  const online = useOnline();
  const asked = Object.keys(exits).length > 0;
  const units = chosen.parts.reduce((sum, part) => sum + part.quantity, 0);
  const sides = new Set(chosen.parts.map(({ lot }) => leavingSide(lot.quantity)));
  const side = sides.size === 1 ? [...sides][0] : undefined;
  const why = !online ? t("orders:offline") : chosen.complete ? null : t("orders:exits.nothing_chosen");
  const ticket = (seed: Parameters<typeof openTicket>[0]) => {
    onClose();
    dispatch(openTicket(seed));
  };
  const only = lots.length === 1 ? lots[0] : undefined;

  return (
    <Sheet
      open
      onClose={onClose}
      title={t(`orders:exits.${kind}_title`, { symbol: position.symbol, product: position.product })}
      footer={
        asked ? (
          <Button className="w-full" onClick={onClose}>
            {t("common:close")}
          </Button>
        ) : (
          <div className="flex flex-wrap gap-2">
            <Button
              look={side === "BUY" ? "buy" : side === "SELL" ? "sell" : "danger"}
              size="lg"
              className="flex-1"
              disabled={why !== null}
              why={why}
              onClick={() => void leave(chosen.parts)}
            >
              {side
                ? t(`orders:exits.${side === "BUY" ? "buy" : "sell"}_now`, { quantity: money.quantity(units) })
                : t("orders:exits.leave_now")}
            </Button>
            {kind === "exit" && only && (
              <Button size="lg" onClick={() => ticket(leaveSeed(position, only))}>
                {t("orders:exits.own_price")}
              </Button>
            )}
          </div>
        )
      }
    >
      <div className="px-4 py-3">
        <p className="text-quiet">{t(`orders:exits.${kind}_about`)}</p>
        <ul aria-label={t("orders:exits.parts")}>
          {lots.map((lot) => {
            const exit = exits[partId({ position, lot })];
            return (
              <Line
                key={lot.account}
                lot={lot}
                several={lots.length > 1}
                text={chosen.textOf(lot)}
                chosen={chosen.isChosen(lot)}
                exit={exit}
                onText={(text) => chosen.setText(lot, text)}
                onChoose={() => chosen.toggle(lot)}
                result={
                  exit && (
                    <ExitResult
                      exit={exit}
                      onAgain={() => void leave(chosen.parts.filter((part) => part.lot.account === lot.account))}
                      then={
                        kind === "reverse"
                          ? (order) => (
                              <Notice
                                action={
                                  <Button
                                    look={order.side === "BUY" ? "buy" : "sell"}
                                    onClick={() =>
                                      ticket(otherWaySeed(position, { ...lot, quantity: signed(lot, order.quantity) }))
                                    }
                                  >
                                    {t(`orders:exits.open_${order.side === "BUY" ? "buy" : "sell"}`, {
                                      quantity: money.quantity(order.quantity),
                                    })}
                                  </Button>
                                }
                              >
                                {t("orders:exits.reverse_next")}
                              </Notice>
                            )
                          : undefined
                      }
                    />
                  )
                }
              />
            );
          })}
        </ul>
      </div>
    </Sheet>
  );
}

const signed = (lot: PositionLot, quantity: number): number => (lot.quantity > 0 ? quantity : -quantity);
