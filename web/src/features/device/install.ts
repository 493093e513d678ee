// Whether this device could keep the product as an app, and when that is worth a word: after it has shown its value.
import { useSyncExternalStore } from "react";
import { prefs, setPrefs, usePrefs } from "@/lib/prefs";

/** Chromium's event; the standard library does not know it. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
  userChoice: Promise<{ outcome: "accepted" | "dismissed" }>;
}

/** "prompt": the browser asks; "by-hand": it has to be done in the browser's own menu, as on an iPhone. */
export type InstallWay = "prompt" | "by-hand" | null;

const ANOTHER_VISIT_AFTER = 30 * 60_000;
let held: InstallPrompt | null = null;
const listeners = new Set<() => void>();

function tell(): void {
  for (const told of listeners) told();
}

const installed = (): boolean =>
  window.matchMedia?.("(display-mode: standalone)").matches || Reflect.get(navigator, "standalone") === true;

const byHandOnly = (): boolean => "standalone" in navigator;

/** Holds back the browser's own offer until there is a reason for it, and counts the visits. */
export function watchInstall(now: number): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    held = event as InstallPrompt;
    tell();
  });
  window.addEventListener("appinstalled", () => {
    held = null;
    tell();
  });
  const { visits, visitedAt } = prefs();
  const again = visitedAt === null || now - visitedAt > ANOTHER_VISIT_AFTER;
  setPrefs({ visits: visits + (again ? 1 : 0), visitedAt: now });
}

function subscribe(told: () => void): () => void {
  listeners.add(told);
  return () => listeners.delete(told);
}

function way(): InstallWay {
  if (installed()) return null;
  return held ? "prompt" : byHandOnly() ? "by-hand" : null;
}

export const useInstallWay = (): InstallWay => useSyncExternalStore(subscribe, way);

/** True from the second visit on, for somebody with an account, until the offer was refused once. */
export function useInstallOffered(accounts: number): boolean {
  const offer = useInstallWay();
  const { visits, installRefused } = usePrefs();
  return offer !== null && accounts > 0 && visits >= 2 && !installRefused;
}

export async function install(): Promise<void> {
  if (!held) return;
  const prompt = held;
  held = null;
  await prompt.prompt();
  if ((await prompt.userChoice).outcome === "dismissed") refuseInstall();
  tell();
}

export const refuseInstall = (): void => setPrefs({ installRefused: true });
