// Every word on the screen, by room. English is the only language yet; another is a folder beside `en` with the same files.
import i18next, { type TOptions } from "i18next";
import { Trans as I18nTrans, initReactI18next } from "react-i18next";
import alerts from "./en/alerts.json";
import brokers from "./en/brokers.json";
import charges from "./en/charges.json";
import common from "./en/common.json";
import device from "./en/device.json";
import market from "./en/market.json";
import notices from "./en/notices.json";
import options from "./en/options.json";
import orders from "./en/orders.json";
import portfolio from "./en/portfolio.json";
import routing from "./en/routing.json";
import sandbox from "./en/sandbox.json";
import session from "./en/session.json";
import settings from "./en/settings.json";
import shell from "./en/shell.json";
import ticket from "./en/ticket.json";
import watchlist from "./en/watchlist.json";

export const catalogue = {
  alerts,
  brokers,
  charges,
  common,
  device,
  market,
  notices,
  options,
  orders,
  portfolio,
  routing,
  sandbox,
  session,
  settings,
  shell,
  ticket,
  watchlist,
} as const;

const language = i18next.createInstance();
void language.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  ns: Object.keys(catalogue),
  defaultNS: "common",
  resources: { en: catalogue },
  interpolation: { escapeValue: false }, // React escapes what it shows
  initAsync: false,
});

type Rooms = typeof catalogue;
type Plural = "_zero" | "_one" | "_other";
type Named<K extends string> = K extends `${infer Stem}${Plural}` ? Stem : K;
type Paths<T, Before extends string = ""> = {
  [K in keyof T & string]: T[K] extends string ? Named<`${Before}${K}`> : Paths<T[K], `${Before}${K}.`>;
}[keyof T & string];
/** "room:key", checked against the catalogue; of a plural the key without its ending. */
export type Key = { [Room in keyof Rooms & string]: `${Room}:${Paths<Rooms[Room]>}` }[keyof Rooms & string];

/** The words under a key: `t("orders:cancelled", { count: 3 })`. Values are filled in as they are, so format them first. */
export const t = (key: Key, values?: TOptions): string => String(language.t(key as never, values as never));

/** True when the catalogue has words under a key that is put together at run time, such as one named after a server's enum. */
export const hasText = (key: string): key is Key => language.exists(key);

/** Words with elements inside: `<Trans k="ticket:about" values={...} components={{ amount: <Amount …/> }} />`. */
export function Trans({ k, ...rest }: { k: Key; components: Record<string, React.ReactElement>; values?: object }) {
  return I18nTrans({ i18nKey: k as never, t: language.t as never, i18n: language, ...rest });
}
