// The one order that is being changed in place; its cells hear of it, no other row does.
import { useSyncExternalStore } from "react";
import type { Order } from "@/api";
import { type Draft, draftOf } from "./editing";

export interface Editing {
  id: string;
  /** The fields somebody has typed in; the others follow the order, which may change meanwhile. */
  typed: Partial<Draft>;
}

let editing: Editing | null = null;
const listeners = new Set<() => void>();

function set(next: Editing | null): void {
  editing = next;
  for (const told of listeners) told();
}

export const startEdit = (order: Order): void => set({ id: order.id, typed: {} });
export const leaveEdit = (): void => set(null);
export const type = (change: Partial<Draft>): void => {
  if (editing) set({ ...editing, typed: { ...editing.typed, ...change } });
};

function subscribe(told: () => void): () => void {
  listeners.add(told);
  return () => listeners.delete(told);
}

/** The draft of this order while it is being changed, else null. */
export function useEdit(order: Order): Draft | null {
  const typed = useSyncExternalStore(subscribe, () => (editing?.id === order.id ? editing.typed : null));
  return typed && { ...draftOf(order), ...typed };
}
