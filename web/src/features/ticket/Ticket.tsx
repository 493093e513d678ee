// The order ticket: for an instrument, or asking for one first. It gives the focus back to where it was opened from.
import { useEffect, useState } from "react";
import { inWords, problemOf, useGetStockQuery } from "@/api";
import { Button } from "@/components/button";
import { Empty, Notice, Waiting } from "@/components/surface";
import { MoveCell, PriceCell } from "@/features/market/PriceCell";
import { t } from "@/text";
import { Frame } from "./Frame";
import { PickInstrument } from "./PickInstrument";
import { type Seed, useTicketState } from "./state";
import { TicketBody } from "./TicketBody";

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
        data.kind === "IDX" ? (
          <Empty title={t("ticket:index")}>{t("ticket:index_help")}</Empty>
        ) : (
          <TicketBody seed={seed} stock={data} onSide={setSide} />
        )
      ) : error ? (
        <Notice tone="bad" className="m-4" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
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
    <Frame side={seed.side} title={t("ticket:trade")}>
      <PickInstrument onPick={setPicked} />
    </Frame>
  );
}
