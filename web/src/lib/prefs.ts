// What this device remembers: one small record in local storage, readable from any component.
import { useSyncExternalStore } from "react";

export interface Prefs {
  theme: "system" | "dark" | "light";
  palette: "green-red" | "blue-orange";
  density: "regular" | "compact";
  privacy: boolean;
  sound: boolean;
  /** Short buzzes on phones that have a motor. */
  haptics: boolean;
  /** Orders worth less than this many rupees (a decimal) are sent without the review step; null reviews every order. */
  reviewSkipBelow: string | null;
  /** What may be shown outside the page; `off` names the topics that may not, the quiet hours are "22:30" in IST. */
  notify: { on: boolean; off: string[]; amounts: boolean; quietFrom: string | null; quietTo: string | null };
  /** How often this device came, when last (ms), and whether it refused to keep the product as an app. */
  visits: number;
  visitedAt: number | null;
  installRefused: boolean;
  watchlistOpen: boolean;
  /** What was watched on this device before lists were kept by the server; empty once they took it over. */
  watchlist: string[];
  watchlistChosen: string | null;
  lastProduct: Record<string, string>;
  /** Whether the ticket's less common fields stand open. */
  ticketMore: boolean;
  ticketAt: { x: number; y: number } | null;
  /** How each table is arranged, by the table's name. */
  grids: Record<string, GridChoice>;
  chart: ChartChoice;
  /** What was opened from the search lately, the newest first. */
  searched: string[];
}

export interface GridSort {
  key: string;
  descending: boolean;
}

/** What somebody chose in one table: its order, the columns in their order, those left out and those taken in. */
export interface GridChoice {
  sort: GridSort | null;
  order: string[];
  hidden: string[];
  shown: string[];
}

/** How charts are drawn: names of the interval, the indicators and the price scale. */
export interface ChartChoice {
  interval: string;
  indicators: string[];
  scale: string;
}

const KEY = "tm.prefs";
const defaults: Prefs = {
  theme: "system",
  palette: "green-red",
  density: "regular",
  privacy: false,
  sound: true,
  haptics: true,
  reviewSkipBelow: null,
  notify: { on: false, off: [], amounts: false, quietFrom: null, quietTo: null },
  visits: 0,
  visitedAt: null,
  installRefused: false,
  watchlistOpen: true,
  watchlist: [],
  watchlistChosen: null,
  lastProduct: {},
  ticketMore: false,
  ticketAt: null,
  grids: {},
  chart: { interval: "5m", indicators: [], scale: "normal" },
  searched: [],
};

const listeners = new Set<() => void>();
let current: Prefs = read();

function read(): Prefs {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Prefs>) };
  } catch (_unreadable) {
    return { ...defaults };
  }
}

export const prefs = (): Prefs => current;

export function setPrefs(change: Partial<Prefs>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch (_storageRefused) {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
  applyLook();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePrefs(): Prefs {
  return useSyncExternalStore(subscribe, prefs);
}

const light = () => window.matchMedia?.("(prefers-color-scheme: light)");

/** Puts theme, palette, density and privacy on the document, where the tokens read them. */
export function applyLook(): void {
  const root = document.documentElement;
  root.dataset.theme = current.theme === "system" ? (light()?.matches ? "light" : "dark") : current.theme;
  root.dataset.palette = current.palette;
  root.dataset.density = current.density;
  root.dataset.privacy = current.privacy ? "on" : "off";
}

/** Follows the system theme, and changes made in another tab. */
export function watchLook(): void {
  applyLook();
  light()?.addEventListener("change", applyLook);
  window.addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    current = read();
    applyLook();
    for (const listener of listeners) listener();
  });
}
