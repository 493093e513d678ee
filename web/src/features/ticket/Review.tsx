// The last look before sending: each leg with its broker, what it costs, and one button that sends once.
import { useEffect, useRef } from "react";
import { type Decision, type OrderIn, type Preview, useListAccountsQuery } from "@/api";
import { BrokerBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { Amount } from "@/components/figures";
import { priceWords } from "@/features/orders/status";
import { DecisionLine, Receipt } from "@/features/routing/Receipt";
import * as money from "@/lib/money";
import { productHelp } from "./draft";

interface Props {
  order: OrderIn;
  preview: Preview | undefined;
  paper: boolean;
  online: boolean;
  onBack: () => void;
  onSend: () => void;
}

function Legs({ decision }: { decision: Decision }) {
  const { data } = useListAccountsQuery();
  return (
    <table className="w-full" aria-label="What will be sent">
      <tbody>
        {decision.plan?.map((leg) => (
          <tr key={`${leg.account} ${leg.quantity}`} className="border-b border-line">
            <td className="h-9">
              <span className="flex items-center gap-2">
                <BrokerBadge broker={leg.broker} />
                {data?.find((account) => account.id === leg.account)?.label ?? leg.broker}
              </span>
            </td>
            <td className="text-right font-medium">{money.quantity(leg.quantity)}</td>
            <td className="text-right text-quiet">
              charges <Amount value={leg.charges.total} />
            </td>
            <td className="text-right text-quiet max-md:hidden">
              margin <Amount value={leg.margin_required} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Review({ order, preview, paper, online, onBack, onSend }: Props) {
  const send = useRef<HTMLButtonElement>(null);
  useEffect(() => send.current?.focus(), []);
  const buy = order.side === "BUY";
  const decision = preview?.decision;
  const ready = decision?.kind === "plan" && online;
  return (
    <div className="flex flex-col gap-4">
      <div>
        <p className="text-lg font-semibold">
          <span className={buy ? "text-buy-text" : "text-sell-text"}>{buy ? "Buy" : "Sell"}</span>{" "}
          {money.quantity(order.quantity)} {order.symbol}{" "}
          <span className="text-sm font-normal text-faint">{order.exchange}</span>
        </p>
        <p className="text-quiet">
          {priceWords({
            order_type: order.order_type,
            price: order.price ?? null,
            trigger_price: order.trigger_price ?? null,
          })}
          {" · "}
          {order.validity} · {productHelp[order.product]}
        </p>
        {preview?.notional && (
          <p className="mt-1">
            About <Amount value={preview.notional} className="font-medium" />
            {decision?.charges && (
              <>
                {" "}
                and <Amount value={decision.charges.total} /> of charges
              </>
            )}
          </p>
        )}
      </div>
      {decision && <DecisionLine decision={decision} />}
      {decision?.plan && <Legs decision={decision} />}
      {decision && <Receipt decision={decision} />}
      <div className="flex gap-2">
        <Button size="lg" onClick={onBack}>
          Change
        </Button>
        <Button
          ref={send}
          size="lg"
          look={buy ? "buy" : "sell"}
          className="flex-1"
          disabled={!ready}
          why={online ? "There is no plan to send" : "Offline: orders cannot be sent"}
          // Enter held down since the form must not send: sending takes a press of its own.
          onKeyDown={(event) => event.repeat && event.preventDefault()}
          onClick={onSend}
        >
          {paper ? "Send PAPER order" : "Send order"}
        </Button>
      </div>
    </div>
  );
}
