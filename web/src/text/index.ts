// Every word on the screen, by room. English is the only language yet; another is a folder beside `en` with the same files.
import type { TOptions } from "i18next";
import { Trans as I18nTrans } from "react-i18next";
import accounts from "./en/accounts.json";
import type alerts from "./en/alerts.json";
import type audit from "./en/audit.json";
import type brokers from "./en/brokers.json";
import type charges from "./en/charges.json";
import common from "./en/common.json";
import type consent from "./en/consent.json";
import type departure from "./en/departure.json";
import device from "./en/device.json";
import type hooks from "./en/hooks.json";
import type identity from "./en/identity.json";
import market from "./en/market.json";
import notices from "./en/notices.json";
import type operator from "./en/operator.json";
import type options from "./en/options.json";
import orders from "./en/orders.json";
import type pnl from "./en/pnl.json";
import portfolio from "./en/portfolio.json";
import type routing from "./en/routing.json";
import type sandbox from "./en/sandbox.json";
import type security from "./en/security.json";
import session from "./en/session.json";
import type settings from "./en/settings.json";
import shell from "./en/shell.json";
import ticket from "./en/ticket.json";
import type tokens from "./en/tokens.json";
import type watchlist from "./en/watchlist.json";
import type webhooks from "./en/webhooks.json";
import { addRoom, language } from "./language";

// What the frame and the first pages say; the other rooms come with the files that use them (`import "@/text/rooms/…"`).
const atOnce = {
  accounts,
  common,
  device,
  market,
  notices,
  orders,
  portfolio,
  session,
  shell,
  ticket,
} as const;
for (const [room, words] of Object.entries(atOnce)) addRoom(room, words);

interface Later {
  audit: typeof audit;
  consent: typeof consent;
  departure: typeof departure;
  brokers: typeof brokers;
  pnl: typeof pnl;
  alerts: typeof alerts;
  charges: typeof charges;
  hooks: typeof hooks;
  identity: typeof identity;
  operator: typeof operator;
  options: typeof options;
  routing: typeof routing;
  sandbox: typeof sandbox;
  tokens: typeof tokens;
  security: typeof security;
  settings: typeof settings;
  watchlist: typeof watchlist;
  webhooks: typeof webhooks;
}
type Rooms = typeof atOnce & Later;
type Plural = "_zero" | "_one" | "_other";
type Named<K extends string> = K extends `${infer Stem}${Plural}` ? Stem : K;
type Paths<T, Before extends string = ""> = {
  [K in keyof T & string]: T[K] extends string ? Named<`${Before}${K}`> : Paths<T[K], `${Before}${K}.`>;
}[keyof T & string];
/** "room:key", checked against the catalogue; of a plural the key without its ending. */
export type Key = { [Room in keyof Rooms & string]: `${Room}:${Paths<Rooms[Room]>}` }[keyof Rooms & string];

/** The words under a key: `t("orders:cancelled", { count: 3 })`. Values are filled in as they are, so format them first. */
export function t(key: Key, values?: TOptions): string {
  const words = wordsOf(key);
  if (words === undefined) return String(language.t(key as never, values as never)); // a plural: its key has an ending
  return values ? filledIn(words, values) : words;
}

/** A page asks for hundreds of words whenever it is drawn, and few of them have plurals: those are read as they stand. */
function wordsOf(key: Key): string | undefined {
  let words = plain.get(key);
  if (words === undefined) {
    const [room = "", ...path] = key.split(":");
    const found: unknown = language.getResource(language.language, room, path.join(":"));
    if (typeof found !== "string") return undefined;
    words = found;
    plain.set(key, words);
  }
  return words;
}
const plain = new Map<Key, string>();

const filledIn = (words: string, values: Readonly<Record<string, unknown>>): string =>
  words.replace(/{{(\w+)}}/g, (_, name: string) => String(values[name] ?? ""));

/** True when the catalogue has words under a key that is put together at run time, such as one named after a server's enum. */
export const hasText = (key: string): key is Key => language.exists(key);

/** Words with elements inside: `<Trans k="ticket:about" values={...} components={{ amount: <Amount …/> }} />`. */
export function Trans({ k, ...rest }: { k: Key; components: Record<string, React.ReactElement>; values?: object }) {
  return I18nTrans({ i18nKey: k as never, t: language.t as never, i18n: language, ...rest });
}
