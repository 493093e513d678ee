// Search from anywhere: instruments as one types, what was opened lately, and the commands of the product.
import { useId, useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { useListStocksQuery } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { Dialog } from "@/components/dialog";
import { Key } from "@/components/surface";
import { openTicket } from "@/features/ticket/state";
import { cx } from "@/lib/classes";
import { useSettled } from "@/lib/hooks";
import { prefs, setPrefs, usePrefs } from "@/lib/prefs";
import { t } from "@/text";
import { type Found, StockOption } from "./StockOption";

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

const SETTLES = 40; // milliseconds after the last letter
const MOST_FOUND = 12;
const MOST_RECENT = 8;

export function SearchDialog({ open, onClose, commands, onPick }: Props) {
  return (
    <Dialog open={open} onClose={onClose} title={t("market:search.title")} hideTitle className="md:w-[640px]">
      {open && <SearchBody onClose={onClose} commands={commands} onPick={onPick} />}
    </Dialog>
  );
}

/** The instrument goes to the top of what was opened lately. */
function remember(symbol: string): void {
  setPrefs({ searched: [symbol, ...prefs().searched.filter((one) => one !== symbol)].slice(0, MOST_RECENT) });
}

const unread = (symbol: string): Found => ({
  symbol,
  exchange: symbol.slice(0, symbol.indexOf(":")),
  trading_symbol: symbol.slice(symbol.indexOf(":") + 1),
});

/** What is chosen from: instruments first, then commands. */
function useResults(text: string, commands: readonly Command[], picking: boolean) {
  const { searched } = usePrefs();
  const asked = useSettled(text.trim(), SETTLES);
  const { currentData, data, isFetching, isError } = useListStocksQuery(
    { q: asked, limit: MOST_FOUND, prices: false },
    { skip: asked === "" },
  );
  const words = text.trim().toLowerCase();
  const found = currentData ?? data;
  const stocks = useMemo<readonly Found[]>(
    () => (words === "" ? searched.map(unread) : (found?.items ?? [])),
    [words, searched, found],
  );
  const matching = picking ? [] : commands.filter((command) => command.label.toLowerCase().includes(words));
  const waiting = words !== "" && (asked !== text.trim() || isFetching);
  return { stocks, matching, recent: words === "", waiting, isError };
}

function SearchBody({ onClose, commands, onPick }: Omit<Props, "open">) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const navigate = useNavigate();
  const dispatch = useAppDispatch();
  const { stocks, matching, recent, waiting, isError } = useResults(text, commands, Boolean(onPick));
  const count = stocks.length + matching.length;
  const current = Math.min(at, Math.max(0, count - 1));

  function choose(index: number): void {
    const stock = stocks[index];
    onClose();
    if (!stock) {
      matching[index - stocks.length]?.run();
      return;
    }
    remember(stock.symbol);
    if (onPick) onPick(stock.symbol);
    else navigate(`/i/${encodeURIComponent(stock.symbol)}`);
  }
  function order(index: number, side: "BUY" | "SELL"): void {
    const stock = stocks[index];
    if (!stock || stock.kind === "IDX" || onPick) return;
    remember(stock.symbol);
    onClose();
    dispatch(openTicket({ symbol: stock.symbol, side }));
  }
  function onKeyDown(event: React.KeyboardEvent): void {
    const letter = event.altKey ? event.code : "";
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = (current + (event.key === "ArrowDown" ? 1 : count - 1)) % Math.max(1, count);
      setAt(next);
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && count > 0) {
      event.preventDefault();
      choose(current);
    } else if (letter === "KeyB" || letter === "KeyS") {
      event.preventDefault();
      order(current, letter === "KeyB" ? "BUY" : "SELL");
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
          aria-label={t("market:search.label")}
          autoComplete="off"
          spellCheck={false}
          placeholder={t("market:search.placeholder")}
          className="field border-transparent text-base"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div
        id={listId}
        role="listbox"
        aria-label={t("market:search.results")}
        aria-busy={waiting}
        className="max-h-[56dvh] overflow-y-auto py-1"
      >
        {recent && stocks.length > 0 && <Heading>{t("market:search.recent")}</Heading>}
        {stocks.map((stock, index) => (
          <StockOption
            key={stock.symbol}
            id={`${listId}-${index}`}
            stock={stock}
            active={index === current}
            onPoint={() => setAt(index)}
            onChoose={() => choose(index)}
            onOrder={(side) => order(index, side)}
            bare={Boolean(onPick)}
          />
        ))}
        {matching.length > 0 && stocks.length > 0 && <Heading>{t("market:search.commands")}</Heading>}
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
              ? t("market:search.silent")
              : recent
                ? t("market:search.hint")
                : waiting
                  ? t("market:search.waiting")
                  : t("market:search.nothing", { text: text.trim() })}
          </p>
        )}
      </div>
      <p className="border-t border-line px-4 py-1.5 text-2xs text-faint max-md:hidden">
        {onPick ? t("market:search.keys_pick") : t("market:search.keys")}
      </p>
      <p role="status" className="sr-only">
        {!waiting && !recent && count > 0 && t("market:search.found", { count: stocks.length })}
      </p>
    </div>
  );
}

function Heading({ children }: { children: React.ReactNode }) {
  return (
    <p role="presentation" className="px-4 pt-2 pb-1 text-2xs text-faint">
      {children}
    </p>
  );
}
