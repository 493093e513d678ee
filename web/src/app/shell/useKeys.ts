// The keys of the product. Nothing fires while one types into a field, but the panic key.
import { useEffect } from "react";
import { useNavigate } from "react-router";
import { useAppDispatch } from "@/api/dispatch";
import { openKillSwitch } from "@/features/kill/state";
import { closeTicket, openTicket, useTicketState } from "@/features/ticket/state";
import type { Key } from "@/text";

interface KeyGroup {
  name: Key;
  about?: Key;
  keys: readonly { keys: string; does: Key }[];
}

/** Everything a key does, as the list under `?` shows it. */
export const keyGroups: readonly KeyGroup[] = [
  {
    name: "shell:keys.anywhere",
    keys: [
      { keys: "/", does: "shell:keys.does.search" },
      { keys: "Ctrl+K", does: "shell:keys.does.search" },
      { keys: "H", does: "shell:keys.does.holdings" },
      { keys: "P", does: "shell:keys.does.positions" },
      { keys: "O", does: "shell:keys.does.orders" },
      { keys: "Esc", does: "shell:keys.does.escape" },
      { keys: "?", does: "shell:keys.does.list" },
    ],
  },
  {
    name: "shell:keys.rows",
    keys: [
      { keys: "↑ ↓", does: "shell:keys.does.between" },
      { keys: "Enter", does: "shell:keys.does.open" },
      { keys: "B", does: "shell:keys.does.buy" },
      { keys: "S", does: "shell:keys.does.sell" },
      { keys: "C", does: "shell:keys.does.chart" },
      { keys: "D", does: "shell:keys.does.depth" },
      { keys: "Alt+↑ Alt+↓", does: "shell:keys.does.arrange" },
    ],
  },
  {
    name: "shell:keys.ticket",
    keys: [
      { keys: "↑ ↓", does: "shell:keys.does.step" },
      { keys: "Enter", does: "shell:keys.does.review" },
    ],
  },
  {
    name: "shell:keys.panic",
    about: "shell:keys.panic_about",
    keys: [{ keys: "Alt+Shift+K", does: "shell:keys.does.kill" }],
  },
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

// By place on the keyboard, as Alt makes another letter of it on some systems.
const isPanic = (event: KeyboardEvent): boolean =>
  event.altKey && event.shiftKey && !event.ctrlKey && !event.metaKey && event.code === "KeyK";

export function useKeys(open: { search: () => void; keys: () => void }): void {
  const navigate = useNavigate();
  const dispatch = useAppDispatch();
  const ticket = useTicketState();

  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (isPanic(event)) {
        event.preventDefault();
        openKillSwitch();
        return;
      }
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        open.search();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const dialog = document.querySelector("[role=dialog][data-state=open], [role=menu][data-state=open]");
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
        h: () => navigate("/holdings"),
        p: () => navigate("/positions"),
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
