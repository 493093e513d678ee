// Small hooks that know nothing of the product: a media query, a clock, a settled value.
import { useEffect, useState, useSyncExternalStore } from "react";
import { useReachable } from "./reachable";

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia?.(query);
      list?.addEventListener("change", changed);
      return () => list?.removeEventListener("change", changed);
    },
    () => window.matchMedia?.(query).matches ?? false,
  );
}

export const usePhone = (): boolean => useMedia("(max-width: 767px)");

const clockListeners = new Set<() => void>();
let clock = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribeClock(listener: () => void): () => void {
  clockListeners.add(listener);
  clock = Date.now();
  timer ??= setInterval(() => {
    clock = Date.now();
    for (const each of clockListeners) each();
  }, 1000);
  return () => {
    clockListeners.delete(listener);
    if (clockListeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The wall clock in milliseconds, one shared tick a second; selected so that only a change re-renders. */
export function useClock<T>(select: (now: number) => T): T {
  return useSyncExternalStore(subscribeClock, () => select(clock));
}

/** The value once it has stood still for so many milliseconds. */
export function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const wait = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(wait);
  }, [value, milliseconds]);
  return settled;
}

/** Whether the device itself has a network. */
export function useDeviceOnline(): boolean {
  return useSyncExternalStore(
    (changed) => {
      window.addEventListener("online", changed);
      window.addEventListener("offline", changed);
      return () => {
        window.removeEventListener("online", changed);
        window.removeEventListener("offline", changed);
      };
    },
    () => navigator.onLine,
  );
}

/** Whether anything can be asked or sent from here now: the device has a network and TradeMaster answers. */
export function useOnline(): boolean {
  const device = useDeviceOnline();
  const reachable = useReachable();
  return device && reachable;
}
