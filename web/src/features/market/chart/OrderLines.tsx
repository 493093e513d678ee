// Open orders as lines on the chart: drawn to another price, or moved with the arrow keys, and changed after a look.
import { useDrag } from "@use-gesture/react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { inWords, type Order, problemOf, useModifyOrderMutation } from "@/api";
import { Button } from "@/components/button";
import { Sheet } from "@/components/sheet";
import { Notice } from "@/components/surface";
import { toast } from "@/components/toasts";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { t } from "@/text";
import { onTick, placesOf } from "../ticks";
import type { Drawing } from "./drawing";

type Field = "price" | "trigger_price";

interface LineOf {
  order: Order;
  field: Field;
  price: string;
}

/** The lines of an order: its price, its trigger, or both. */
export function linesOfOrders(orders: readonly Order[], exchange: string, symbol: string): LineOf[] {
  return orders
    .filter((order) => order.exchange === exchange && order.symbol === symbol && order.pending_quantity > 0)
    .flatMap((order) =>
      (["price", "trigger_price"] as const).flatMap((field) => {
        const price = order[field];
        return price === null ? [] : [{ order, field, price }];
      }),
    );
}

interface Redraws {
  subscribe: (told: () => void) => () => void;
  count: () => number;
}

interface Props {
  drawing: Drawing;
  redraws: Redraws;
  lines: readonly LineOf[];
  tick: string;
}

interface Move {
  line: LineOf;
  to: string;
}

export function OrderLines({ drawing, redraws, lines, tick }: Props) {
  useSyncExternalStore(redraws.subscribe, redraws.count);
  const [move, setMove] = useState<Move | null>(null);
  return (
    <>
      <ul aria-label={t("market:orders_on_chart")} className="pointer-events-none absolute inset-0 z-3 overflow-hidden">
        {lines.map((line) => (
          <OrderLine
            key={`${line.order.id} ${line.field} ${line.price}`}
            line={line}
            drawing={drawing}
            tick={tick}
            moving={move !== null}
            onMove={(to) => setMove({ line, to })}
          />
        ))}
      </ul>
      {move && <ConfirmMove move={move} tick={tick} onClose={() => setMove(null)} />}
    </>
  );
}

const EDGE = 14; // pixels that a label needs on each side
const KEYS_ARE_OURS = { pointer: { keys: false } } as const;

const sideWords = (order: Order): string => t(order.side === "BUY" ? "common:buy" : "common:sell");

interface OrderLineProps {
  line: LineOf;
  drawing: Drawing;
  tick: string;
  moving: boolean;
  onMove: (to: string) => void;
}

function OrderLine({ line, drawing, tick, moving, onMove }: OrderLineProps) {
  const { order, field } = line;
  const [drawn, setDrawn] = useState<string | null>(null);
  const frame = useRef<HTMLLIElement>(null);
  const step = money.parse(tick) ?? money.ZERO;
  const places = placesOf(tick);
  const price = drawn ?? line.price;
  const amount = money.parse(price) ?? money.ZERO;
  const y = drawing.yOf(money.toPixels(amount));
  useEffect(() => {
    if (!moving) setDrawn(null); // the answer to the question is in
  }, [moving]);

  const settle = (to: string | null): void => {
    const next = money.parse(to);
    const now = money.parse(line.price);
    if (to !== null && next !== null && now !== null && next !== now) onMove(to);
    else setDrawn(null);
  };
  const bind = useDrag(({ xy: [, at], last, tap, event }) => {
    event.stopPropagation();
    if (tap) return;
    const top = frame.current?.parentElement?.getBoundingClientRect().top ?? 0;
    const value = drawing.priceAt(at - top);
    const parsed = value === null ? null : money.parse(value.toFixed(4));
    const to = parsed === null || parsed <= 0n ? drawn : money.toWire(onTick(parsed, step), places);
    setDrawn(to);
    if (last) settle(to);
  }, KEYS_ARE_OURS);
  function onKeyDown(event: React.KeyboardEvent): void {
    const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      setDrawn(money.toWire(money.stepBy(amount, step, by * (event.shiftKey ? 10 : 1)), places));
    } else if (event.key === "Enter") {
      event.preventDefault();
      settle(drawn);
    } else if (event.key === "Escape" && drawn !== null) {
      event.stopPropagation();
      setDrawn(null);
    }
  }
  if (y === null) return null;
  // A price beyond what is drawn stands at the edge with an arrow: nobody loses sight of an order.
  const place = Math.max(EDGE, Math.min(y, drawing.height - EDGE));
  const buy = order.side === "BUY";
  const words = t(field === "price" ? "market:order_line" : "market:trigger_line", {
    side: sideWords(order),
    quantity: money.quantity(order.pending_quantity),
    price: money.price(price, places),
  });
  return (
    <li ref={frame} className="absolute inset-x-0 h-0" style={{ top: place }}>
      <span
        aria-hidden="true"
        className={cx(
          "absolute inset-x-0 border-t",
          field === "price" ? "border-solid" : "border-dashed",
          buy ? "border-buy" : "border-sell",
          place !== y && "hidden",
        )}
      />
      <div
        {...bind()}
        role="slider"
        tabIndex={0}
        aria-label={t("market:order_line_of", { side: sideWords(order), symbol: order.symbol })}
        aria-orientation="vertical"
        aria-valuenow={money.toPixels(amount)}
        aria-valuetext={words}
        aria-keyshortcuts="ArrowUp ArrowDown Enter Escape"
        title={t("market:order_line_help")}
        onKeyDown={onKeyDown}
        className={cx(
          "pointer-events-auto absolute flex h-5 -translate-y-1/2 cursor-ns-resize touch-none items-center gap-1 rounded-sm px-1.5 text-2xs whitespace-nowrap text-on-side select-none max-md:h-8 max-md:before:absolute max-md:before:-inset-y-1.5 max-md:before:inset-x-0",
          buy ? "bg-buy" : "bg-sell",
        )}
        style={{ right: drawing.scaleWidth + 8 }}
      >
        {place !== y && <span aria-hidden="true">{t(y < place ? "market:above" : "market:below")}</span>}
        {words}
      </div>
    </li>
  );
}

function ConfirmMove({ move: { line, to }, tick, onClose }: { move: Move; tick: string; onClose: () => void }) {
  const { order, field } = line;
  const [modify, { isLoading, error }] = useModifyOrderMutation();
  const [key] = useState(() => crypto.randomUUID());
  const places = placesOf(tick);
  function change(): void {
    modify({ orderId: order.id, "idempotency-key": key, modifyIn: { [field]: to } })
      .unwrap()
      .then(
        () => {
          toast({
            key: order.id,
            tone: "info",
            title: t("market:move.sent", { side: sideWords(order), symbol: order.symbol }),
            text: t("market:move.sent_at", { price: money.price(to, places) }),
            to: `/orders/${order.id}`,
            linkLabel: t("market:open_order"),
          });
          onClose();
        },
        () => undefined, // shown below
      );
  }
  return (
    <Sheet
      open
      onClose={onClose}
      title={t("market:move.title")}
      footer={
        <div className="flex gap-2">
          <Button look="primary" className="flex-1" disabled={isLoading} onClick={change}>
            {isLoading ? t("market:move.sending") : t("market:move.confirm", { price: money.price(to, places) })}
          </Button>
          <Button onClick={onClose}>{t("common:cancel")}</Button>
        </div>
      }
    >
      <div className="space-y-3 p-4">
        <p className="text-base">
          {t("market:move.what", {
            side: sideWords(order),
            quantity: money.quantity(order.pending_quantity),
            symbol: order.symbol,
          })}
        </p>
        <p className="text-lg font-semibold">
          {t("market:move.from_to", {
            field: t(field === "price" ? "market:move.price" : "market:move.trigger"),
            from: money.price(line.price, places),
            to: money.price(to, places),
          })}
        </p>
        {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
      </div>
    </Sheet>
  );
}
