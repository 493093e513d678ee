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
  if (reads === "open") return { tone: "bad", word: "no answer" };
  if (reads === "half_open" || writes === "half_open") return { tone: "warning", word: "recovering" };
  return { tone: "good", word: "connected" };
}

/** What is wrong and what to do about it, in plain words; null while all is well. */
export function adviceFor(account: Account): string | null {
  const name = account.label;
  if (account.state === "login_needed") {
    return `${name} has ended the session. Log in again; until then orders go to the other brokers.`;
  }
  if (account.state === "disconnected") return `${name} is not in use. Log in to bring it back.`;
  if (account.state !== "connected" || !account.health) return null;
  const { reads, writes } = account.health;
  if (reads === "open") {
    return `${name} does not answer. Nothing to do here: it is asked again by itself, new orders go to the other brokers, and its last numbers stay, greyed. An order you must cancel now is cancelled in ${name}'s own app.`;
  }
  if (writes === "open") {
    return `${name} does not take orders. It is tried again by itself; new orders go to the other brokers.`;
  }
  if (reads === "half_open" || writes === "half_open") return `${name} answers again and is being tried.`;
  if (account.egress.state === "drifted") return wrongAddress(account);
  if (account.allowed.orders === false) {
    return `${name} lets this login read and not trade. Orders go to the other brokers.`;
  }
  return null;
}

/** Where orders leave from is not where the broker takes them from; `words` are its own when it refused one. */
function wrongAddress({ name, egress: { seen, registered, words } }: Account): string {
  const remedy =
    "Register this address there, or set the account's proxy; until then orders go to the other brokers. Reading works.";
  if (words || !seen || registered.length === 0) {
    const said = words ? `: “${words}”` : "";
    return `${name} refused an order for the address it came from${said}. ${remedy}`;
  }
  return `Orders would leave from ${seen}, but ${name} takes them from ${registered.join(" or ")} only. ${remedy}`;
}
