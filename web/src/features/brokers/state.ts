// An account's condition in one word and one tone, from its session and its breakers.
import type { Account } from "@/api";

export interface AccountState {
  tone: "good" | "warning" | "bad" | "quiet";
  word: string;
}

export function accountState(account: Account): AccountState {
  switch (account.state) {
    case "disconnected":
      return { tone: "quiet", word: "disconnected" };
    case "connecting":
      return { tone: "quiet", word: "connecting" };
    case "login_needed":
      return { tone: "warning", word: "login needed" };
    case "connected":
      return connectedState(account);
    default:
      return { tone: "warning", word: String(account.state) };
  }
}

function connectedState({ health }: Account): AccountState {
  if (!health) return { tone: "quiet", word: "connecting" };
  const { reads, writes } = health;
  if (reads === "open" && writes === "open") return { tone: "bad", word: "down" };
  if (writes === "open") return { tone: "bad", word: "orders paused" };
  if (reads === "open") return { tone: "bad", word: "no data" };
  if (reads === "half_open" || writes === "half_open") return { tone: "warning", word: "recovering" };
  return { tone: "good", word: "connected" };
}
