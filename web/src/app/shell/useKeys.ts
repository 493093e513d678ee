// The keys of the product. Nothing fires while one types into a field.
import { useEffect } from "react";
import { useNavigate } from "react-router";
import { useAppDispatch } from "@/api/dispatch";
import { closeTicket, openTicket, useTicketState } from "@/features/ticket/state";

export const keyList: readonly { keys: string; does: string }[] = [
  { keys: "/", does: "Search (also Ctrl K)" },
  { keys: "B", does: "Buy the focused row" },
  { keys: "S", does: "Sell the focused row" },
  { keys: "C", does: "Chart of the focused row" },
  { keys: "D", does: "Depth of the focused row" },
  { keys: "H", does: "Holdings" },
  { keys: "P", does: "Positions" },
  { keys: "O", does: "Orders" },
  { keys: "↑ ↓", does: "Move between rows; step price and quantity in the ticket" },
  { keys: "Enter", does: "Open the row; review, then send the ticket" },
  { keys: "Esc", does: "Close what floats" },
  { keys: "?", does: "This list" },
];

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.tagName === "TEXTAREA" ||
    target.tagName === "SELECT" ||
    (target instanceof HTMLInputElement && !["radio", "checkbox", "button"].includes(target.type)));

const focusedSymbol = (): string | null =>
  document.activeElement?.closest<HTMLElement>("[data-symbol]")?.dataset.symbol ??
  document.querySelector<HTMLElement>("[data-page-symbol]")?.dataset.pageSymbol ??
  null;

export function useKeys(open: { search: () => void; keys: () => void }): void {
  const navigate = useNavigate();
  const dispatch = useAppDispatch();
  const ticket = useTicketState();

  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        open.search();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const dialog = document.querySelector("[role=dialog][data-state=open]");
      if (event.key === "Escape" && ticket.open && !dialog) {
        dispatch(closeTicket());
        return;
      }
      if (typing(event.target) || dialog) return;
      const symbol = focusedSymbol();
      const page = symbol ? `/i/${encodeURIComponent(symbol)}` : null;
      const actions: Record<string, (() => void) | null> = {
        "/": open.search,
        "?": open.keys,
        b: () => dispatch(openTicket({ symbol, side: "BUY" })),
        s: () => dispatch(openTicket({ symbol, side: "SELL" })),
        c: page ? () => navigate(page) : null,
        d: page ? () => navigate(`${page}#depth`) : null,
        h: () => navigate("/#holdings"),
        p: () => navigate("/#positions"),
        o: () => navigate("/orders"),
      };
      const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!action) return;
      event.preventDefault();
      action();
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [navigate, dispatch, ticket.open, open]);
}
