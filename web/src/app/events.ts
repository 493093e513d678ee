// The event stream: orders and accounts go straight into the cache; fills, rejections and breakers are announced.
import type { Account, Attention, Order } from "@/api";
import { api } from "@/api";
import { join, send } from "@/api/live";
import { tellOrder } from "@/features/orders/arrivals";
import { listed, showInLists } from "@/features/orders/lists";
import { type PortfolioLines, pushed } from "@/features/portfolio/pushed";
import { hasText, t } from "@/text";
import { announceAccount, announceNotice, announceOrder, type Notice } from "./announce";
import type { Store } from "./store";

const READ_AGAIN_AFTER = 250;

/** Takes events in until it is told to stop; `onEnded` hears, in words, why this login was ended; null when its owner left. */
export function startEvents(store: Store, onEnded: (words: string | null) => void): () => void {
  let portfolioWait: ReturnType<typeof setTimeout> | undefined;

  let version = ""; // of the portfolio as the stream last told it, and when that was
  let told = "";

  const readPortfolioSoon = () => {
    if (version) return;
    clearTimeout(portfolioWait);
    portfolioWait = setTimeout(() => store.dispatch(api.util.invalidateTags(["Portfolio"])), READ_AGAIN_AFTER);
  };

  function takeOrder(order: Order): void {
    const state = store.getState();
    tellOrder(order);
    announceOrder(api.endpoints.getOrder.select({ orderId: order.id })(state).data ?? listed(store, order.id), order);
    store.dispatch(api.util.upsertQueryData("getOrder", { orderId: order.id }, order));
    showInLists(store, order);
    readPortfolioSoon();
  }

  function takeAccount(account: Account): void {
    const before = api.endpoints.listAccounts
      .select()(store.getState())
      .data?.find((item) => item.id === account.id);
    announceAccount(before, account);
    store.dispatch(
      api.util.updateQueryData("listAccounts", undefined, (accounts) => {
        const at = accounts.findIndex((item) => item.id === account.id);
        if (at >= 0) accounts[at] = account;
        else accounts.push(account);
      }),
    );
    readPortfolioSoon();
  }

  function takeLines(lines: PortfolioLines): void {
    const { data } = api.endpoints.getPortfolio.select()(store.getState());
    // Changes of what the stream told last: it may have been read anew since then.
    const after = lines.whole || data?.as_of === told ? pushed(data, lines) : null;
    if (!after) {
      follow("");
      return;
    }
    version = lines.version;
    told = after.as_of;
    if (data) store.dispatch(api.util.updateQueryData("getPortfolio", undefined, () => after));
    else store.dispatch(api.util.upsertQueryData("getPortfolio", undefined, after));
  }

  const follow = (since: string) => send({ action: "follow", what: "portfolio", since });

  const leave = join({
    onMessage: (message) => {
      if (message.type === "order") takeOrder(message.data as Order);
      else if (message.type === "account") takeAccount(message.data as Account);
      else if (message.type === "portfolio_lines") takeLines(message.data as PortfolioLines);
      else if (message.type === "portfolio") readPortfolioSoon();
      else if (message.type === "notice") {
        announceNotice(message.data as Notice);
        store.dispatch(api.util.invalidateTags(["Notice"]));
      } else if (message.type === "attention") {
        void store.dispatch(api.util.upsertQueryData("getAttention", undefined, message.data as Attention));
      } else if (message.type === "alert") store.dispatch(api.util.invalidateTags(["Alert"]));
      else if (message.type === "approval") store.dispatch(api.util.invalidateTags(["Approval"]));
      else if (message.type === "session_ended") onEnded(endedWords(message.data as SessionEnd));
      else if (message.type === "watchlist") store.dispatch(api.util.invalidateTags(["Watchlist"]));
    },
    onLive: (again) => {
      follow(version);
      if (again)
        store.dispatch(
          api.util.invalidateTags(["Order", "Account", "Portfolio", "Watchlist", "Alert", "Notice", "Attention"]),
        );
    },
  });
  return () => {
    clearTimeout(portfolioWait);
    leave();
  };
}

interface SessionEnd {
  reason?: string;
  text?: string;
}

const endedWords = ({ reason, text }: SessionEnd): string | null => {
  if (reason === "logged_out") return null;
  const key = `session:ended.${reason}`;
  return hasText(key) ? t(key) : text || t("session:expired");
};
