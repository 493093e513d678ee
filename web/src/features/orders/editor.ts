// The one order that is being changed in place; its cells hear of it, no other row does.
import { useSyncExternalStore } from "react";
import type { Order } from "@/api";
import { type Draft, draftOf } from "./editing";

export interface Editing {
  id: string;
  draft: Draft;
}

let editing: Editing | null = null;
const listeners = new Set<() => void>();

function set(next: Editing | null): void {
  editing = next;
  for (const told of listeners) told();
}

export const startEdit = (order: Order): void => set({ id: order.id, draft: draftOf(order) });
export const leaveEdit = (): void => set(null);
export const type = (change: Partial<Draft>): void => {
  if (editing) set({ ...editing, draft: { ...editing.draft, ...change } });
};

function subscribe(told: () => void): () => void {
  listeners.add(told);
  return () => listeners.delete(told);
}

/** The draft of this order while it is being changed, else null. */
export const useEdit = (id: string): Draft | null =>
  useSyncExternalStore(subscribe, () => (editing?.id === id ? editing.draft : null));
