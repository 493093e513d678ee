// An account's condition in one word and one tone, from its session and its breakers.
import type { Account } from "@/api";
import { t } from "@/text";

export interface AccountState {
  tone: "good" | "warning" | "bad" | "quiet";
  word: string;
}

/** What an account's condition is read from. */
interface Known {
  state: Account["state"];
  health: { reads: string; writes: string } | null;
  /** Nothing new goes there while somebody holds its breaker open. */
  held?: Account["held"];
}

export function accountState(account: Known): AccountState {
  switch (account.state) {
    case "disconnected":
      return { tone: "quiet", word: t("accounts:states.disconnected") };
    case "connecting":
      return { tone: "quiet", word: t("accounts:states.connecting") };
    case "login_needed":
      return { tone: "warning", word: t("accounts:states.login_needed") };
    case "connected":
      return connectedState(account);
    default:
      return { tone: "warning", word: String(account.state) };
  }
}

function connectedState({ health, held }: Known): AccountState {
  if (held) return { tone: "bad", word: t("accounts:states.held") };
  if (!health) return { tone: "quiet", word: t("accounts:states.connecting") };
  const { reads, writes } = health;
  if (reads === "open" && writes === "open") return { tone: "bad", word: t("accounts:states.down") };
  if (writes === "open") return { tone: "bad", word: t("accounts:states.orders_paused") };
  if (reads === "open") return { tone: "bad", word: t("accounts:states.no_answer") };
  if (reads === "half_open" || writes === "half_open")
    return { tone: "warning", word: t("accounts:states.recovering") };
  return { tone: "good", word: t("accounts:states.connected") };
}

/** What is wrong and what to do about it, in plain words; null while all is well. */
export function adviceFor(account: Account): string | null {
  const name = account.label;
  if (account.state === "login_needed") return t("accounts:advice.login_needed", { name });
  if (account.state === "disconnected") return t("accounts:advice.disconnected", { name });
  if (account.state !== "connected" || !account.health) return null;
  if (account.held)
    return t("accounts:advice.held", { name, why: account.held.reason ?? t("accounts:advice.held_by_hand") });
  const { reads, writes } = account.health;
  if (reads === "open") return t("accounts:advice.no_answer", { name });
  if (writes === "open") return t("accounts:advice.orders_paused", { name });
  if (reads === "half_open" || writes === "half_open") return t("accounts:advice.recovering", { name });
  if (account.egress.state === "drifted") return wrongAddress(account);
  if (account.allowed.orders === false) return t("accounts:advice.reads_only", { name });
  return null;
}

/** Where orders leave from is not where the broker takes them from; `words` are its own when it refused one. */
function wrongAddress({ name, egress: { seen, registered, words } }: Account): string {
  const remedy = t("accounts:advice.remedy");
  if (words) return t("accounts:advice.refused_address_words", { name, words, remedy });
  if (!seen || registered.length === 0) return t("accounts:advice.refused_address", { name, remedy });
  const places = registered.join(t("accounts:advice.or"));
  return t("accounts:advice.wrong_address", { name, seen, registered: places, remedy });
}
