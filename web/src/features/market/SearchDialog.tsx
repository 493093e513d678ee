// Search from anywhere: instruments as one types, and the commands of the product; arrows choose, Enter opens.
import { useId, useState } from "react";
import { useNavigate } from "react-router";
import { type Stock, useListStocksQuery } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Key } from "@/components/surface";
import { openTicket } from "@/features/ticket/state";
import { useWatching } from "@/features/watchlist/useWatchlists";
import { cx } from "@/lib/classes";
import { useSettled } from "@/lib/hooks";
import * as money from "@/lib/money";

export interface Command {
  label: string;
  keys?: string;
  run: () => void;
}

interface Props {
  open: boolean;
  onClose: () => void;
  commands: readonly Command[];
  /** When given, choosing an instrument hands it over instead of opening its page. */
  onPick?: (symbol: string) => void;
}

export function SearchDialog({ open, onClose, commands, onPick }: Props) {
  return (
    <Dialog open={open} onClose={onClose} title="Search" hideTitle className="md:w-[600px]">
      {open && <SearchBody onClose={onClose} commands={commands} onPick={onPick} />}
    </Dialog>
  );
}

function SearchBody({ onClose, commands, onPick }: Omit<Props, "open">) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const navigate = useNavigate();
  const asked = useSettled(text.trim(), 60);
  const { currentData, data, isFetching, isError } = useListStocksQuery(
    { q: asked, limit: 12 },
    { skip: asked === "" },
  );
  const stocks = asked === "" ? [] : ((currentData ?? data)?.items ?? []);
  const words = text.trim().toLowerCase();
  const matching = onPick ? [] : commands.filter((command) => command.label.toLowerCase().includes(words));
  const count = stocks.length + matching.length;
  const current = Math.min(at, Math.max(0, count - 1));

  function choose(index: number): void {
    const stock = stocks[index];
    onClose();
    if (!stock) matching[index - stocks.length]?.run();
    else if (onPick) onPick(stock.symbol);
    else navigate(`/i/${encodeURIComponent(stock.symbol)}`);
  }

  function onKeyDown(event: React.KeyboardEvent): void {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setAt((current + (event.key === "ArrowDown" ? 1 : count - 1)) % Math.max(1, count));
    } else if (event.key === "Enter" && count > 0) {
      event.preventDefault();
      choose(current);
    }
  }

  return (
    <div>
      <div className="border-b border-line p-2">
        <input
          // biome-ignore lint/a11y/noAutofocus: the search was just asked for
          autoFocus
          role="combobox"
          aria-expanded={count > 0}
          aria-controls={listId}
          aria-activedescendant={count > 0 ? `${listId}-${current}` : undefined}
          aria-label="Search instruments and commands"
          autoComplete="off"
          spellCheck={false}
          placeholder="infy · nifty 24500 ce · reliance fut"
          className="field border-transparent text-base"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div id={listId} role="listbox" aria-label="Results" className="max-h-[56dvh] overflow-y-auto py-1">
        {stocks.map((stock, index) => (
          <StockOption
            key={stock.symbol}
            id={`${listId}-${index}`}
            stock={stock}
            active={index === current}
            onPoint={() => setAt(index)}
            onChoose={() => choose(index)}
            onClose={onClose}
            bare={Boolean(onPick)}
          />
        ))}
        {matching.map((command, index) => {
          const position = stocks.length + index;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the combobox above
            <div
              key={command.label}
              id={`${listId}-${position}`}
              role="option"
              tabIndex={-1}
              aria-selected={position === current}
              onMouseMove={() => setAt(position)}
              onClick={() => choose(position)}
              className={cx(
                "flex h-9 cursor-pointer items-center justify-between px-4 max-md:h-11",
                position === current && "bg-hover",
              )}
            >
              <span className="text-quiet">{command.label}</span>
              {command.keys && <Key>{command.keys}</Key>}
            </div>
          );
        })}
        {count === 0 && (
          <p role="status" className="px-4 py-6 text-quiet">
            {isError
              ? "The search does not answer. Try again in a moment."
              : asked === ""
                ? "Type a name, a symbol or a contract."
                : isFetching
                  ? "Searching…"
                  : `Nothing is called “${asked}”. Try the trading symbol, for example INFY.`}
          </p>
        )}
      </div>
    </div>
  );
}

interface OptionProps {
  id: string;
  stock: Stock;
  active: boolean;
  bare: boolean;
  onPoint: () => void;
  onChoose: () => void;
  onClose: () => void;
}

function StockOption({ id, stock, active, bare, onPoint, onChoose, onClose }: OptionProps) {
  const dispatch = useAppDispatch();
  const watching = useWatching();
  const act = (event: React.MouseEvent, run: () => void) => {
    event.stopPropagation();
    run();
  };
  const ticket = (side: "BUY" | "SELL") => {
    onClose();
    dispatch(openTicket({ symbol: stock.symbol, side }));
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the combobox above
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      aria-label={`${stock.trading_symbol}, ${stock.exchange}, ${stock.name}`}
      onMouseMove={onPoint}
      onClick={onChoose}
      className={cx("flex h-10 cursor-pointer items-center gap-3 px-4 max-md:h-12", active && "bg-hover")}
    >
      <span className="font-medium whitespace-nowrap">{stock.trading_symbol}</span>
      <Tag>{stock.exchange}</Tag>
      {stock.kind !== "EQ" && <Tag>{stock.kind}</Tag>}
      <span className="min-w-0 flex-1 truncate text-xs text-faint">{stock.name}</span>
      {active && !bare ? (
        <span className="flex gap-1 max-md:hidden">
          {stock.kind !== "IDX" && (
            <>
              <Button look="buy" size="sm" tabIndex={-1} onClick={(event) => act(event, () => ticket("BUY"))}>
                Buy
              </Button>
              <Button look="sell" size="sm" tabIndex={-1} onClick={(event) => act(event, () => ticket("SELL"))}>
                Sell
              </Button>
            </>
          )}
          <Button size="sm" tabIndex={-1} onClick={(event) => act(event, () => watching.toggle(stock.symbol))}>
            {watching.watched(stock.symbol) ? "Unwatch" : "Watch"}
          </Button>
        </span>
      ) : (
        <span className="text-quiet">{stock.last_price && money.price(stock.last_price)}</span>
      )}
    </div>
  );
}
