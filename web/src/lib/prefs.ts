// What this device remembers: one small record in local storage, readable from any component.
import { useSyncExternalStore } from "react";

export interface Prefs {
  theme: "system" | "dark" | "light";
  palette: "green-red" | "blue-orange";
  privacy: boolean;
  sound: boolean;
  watchlistOpen: boolean;
  /** What was watched on this device before lists were kept by the server; empty once they took it over. */
  watchlist: string[];
  watchlistChosen: string | null;
  lastProduct: Record<string, string>;
  ticketAt: { x: number; y: number } | null;
  holdingsSort: { key: string; descending: boolean };
}

const KEY = "tm.prefs";
const defaults: Prefs = {
  theme: "system",
  palette: "green-red",
  privacy: false,
  sound: true,
  watchlistOpen: true,
  watchlist: [],
  watchlistChosen: null,
  lastProduct: {},
  ticketAt: null,
  holdingsSort: { key: "value", descending: true },
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

/** Puts theme, palette and privacy on the document, where the tokens read them. */
export function applyLook(): void {
  const root = document.documentElement;
  root.dataset.theme = current.theme === "system" ? (light()?.matches ? "light" : "dark") : current.theme;
  root.dataset.palette = current.palette;
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
