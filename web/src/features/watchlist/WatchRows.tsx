// The rows of a list: all of a short one, of a long one those in sight, so that hundreds of prices cost what a screen costs.
import "@/text/rooms/watchlist";
import { useVirtualizer, useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState } from "react";
import type { Stock } from "@/api";
import { usePhone } from "@/lib/hooks";
import { usePrefs } from "@/lib/prefs";
import { t } from "@/text";
import { type RowActions, WatchRow } from "./WatchRow";

/** Up to as many rows all of them are drawn. */
const FEW = 60;
const OVERSCAN = 8;

interface Props {
  symbols: readonly string[];
  stocks: ReadonlyMap<string, Stock>;
  actions: RowActions;
  /** The page scrolls, not the list. */
  page: boolean;
}

export function WatchRows(props: Props) {
  const { symbols, page } = props;
  const phone = usePhone();
  const { density } = usePrefs();
  const height = phone ? 57 : density === "compact" ? 29 : 33;
  if (symbols.length <= FEW) return <List {...props} from={0} to={symbols.length} height={height} phone={phone} />;
  return page ? (
    <OnPage {...props} height={height} phone={phone} />
  ) : (
    <InColumn {...props} height={height} phone={phone} />
  );
}

type Sized = Props & { height: number; phone: boolean };

function InColumn(props: Sized) {
  const scroller = useRef<HTMLUListElement>(null);
  const rows = useVirtualizer({
    count: props.symbols.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => props.height,
    overscan: OVERSCAN,
  });
  const seen = rows.getVirtualItems();
  return (
    <List
      {...props}
      holder={scroller}
      from={seen[0]?.index ?? 0}
      to={(seen.at(-1)?.index ?? -1) + 1}
      reveal={(index) => rows.scrollToIndex(index)}
    />
  );
}

function OnPage(props: Sized) {
  const holder = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop((holder.current?.getBoundingClientRect().top ?? 0) + window.scrollY), []);
  const rows = useWindowVirtualizer({
    count: props.symbols.length,
    estimateSize: () => props.height,
    overscan: OVERSCAN,
    scrollMargin: top,
  });
  const seen = rows.getVirtualItems();
  return (
    <List
      {...props}
      holder={holder}
      from={seen[0]?.index ?? 0}
      to={(seen.at(-1)?.index ?? -1) + 1}
      reveal={(index) => rows.scrollToIndex(index)}
    />
  );
}

interface ListProps extends Sized {
  from: number;
  to: number;
  holder?: React.RefObject<HTMLUListElement | null>;
  reveal?: (index: number) => void;
}

function List({ symbols, stocks, actions, page, phone, height, from, to, holder, reveal }: ListProps) {
  const own = useRef<HTMLUListElement>(null);
  const list = holder ?? own;
  function onKeyDown(event: React.KeyboardEvent): void {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    const at = (document.activeElement as HTMLElement | null)?.dataset.row;
    if (by === 0 || event.altKey || at === undefined) return;
    const next = Number(at) + by;
    if (next < 0 || next >= symbols.length) return;
    event.preventDefault();
    const row = () => list.current?.querySelector<HTMLElement>(`[data-row="${next}"]`);
    if (row()) {
      row()?.focus();
      return;
    }
    reveal?.(next);
    requestAnimationFrame(() => row()?.focus());
  }
  return (
    <ul
      ref={list}
      data-watched=""
      aria-label={t("watchlist:rows")}
      onKeyDown={onKeyDown}
      className={page ? "" : "min-h-0 flex-1 overflow-y-auto"}
    >
      {from > 0 && <li aria-hidden="true" style={{ height: from * height }} />}
      {symbols.slice(from, to).map((symbol, at) => (
        <WatchRow
          key={symbol}
          symbol={symbol}
          stock={stocks.get(symbol)}
          phone={phone}
          position={from + at}
          size={symbols.length}
          actions={actions}
        />
      ))}
      {to < symbols.length && <li aria-hidden="true" style={{ height: (symbols.length - to) * height }} />}
    </ul>
  );
}
