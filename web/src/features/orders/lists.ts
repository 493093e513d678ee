// Order lists in the cache follow the stream: an order changes where it stands, comes on top, or leaves a list it no longer fits.
import type { ThunkDispatch, UnknownAction } from "@reduxjs/toolkit";
import { api, type Order, type OrderListArg, type OrderPage } from "@/api";
import { type OrderQuery, orderPagesApi } from "@/api/orderPages";
import { belongs } from "./filters";

type State = Parameters<typeof api.util.selectInvalidatedBy>[0];

interface Store {
  getState: () => State;
  dispatch: ThunkDispatch<State, unknown, UnknownAction>;
}

/** Puts an order in its place; true when it is on this page, or was. */
export function place(items: Order[], order: Order, fits: boolean): boolean {
  const at = items.findIndex((item) => item.id === order.id);
  if (at >= 0 && fits) items[at] = order;
  else if (at >= 0) items.splice(at, 1);
  return at >= 0;
}

export function placeInPages(pages: OrderPage[], order: Order, fits: boolean): void {
  const there = pages.some((page) => place(page.items, order, fits));
  const [first] = pages;
  // Ids grow with time: only a newer order belongs on top, an older one is on a page that was not read.
  if (!there && fits && first && order.id > (first.items[0]?.id ?? "")) first.items.unshift(order);
}

/** Every list in the cache that may hold orders, with what it was asked for. */
function lists(store: Store) {
  return api.util.selectInvalidatedBy(store.getState(), ["Order"]);
}

export function showInLists(store: Store, order: Order): void {
  for (const { endpointName, originalArgs } of lists(store)) {
    if (endpointName === "listOrders") {
      const asked = originalArgs as OrderListArg;
      const draft = (page: OrderPage) =>
        asked.cursor
          ? void place(page.items, order, belongs(order, asked))
          : placeInPages([page], order, belongs(order, asked));
      store.dispatch(api.util.updateQueryData("listOrders", asked, draft));
    } else if (endpointName === "orderPages") {
      const asked = originalArgs as OrderQuery;
      store.dispatch(
        orderPagesApi.util.updateQueryData("orderPages", asked, (data) =>
          placeInPages(data.pages, order, belongs(order, asked)),
        ),
      );
    }
  }
}

/** The order as some list knows it. */
export function listed(store: Store, id: string): Order | undefined {
  const state = store.getState();
  for (const { endpointName, originalArgs } of lists(store)) {
    const pages =
      endpointName === "listOrders"
        ? [api.endpoints.listOrders.select(originalArgs as OrderListArg)(state as never).data]
        : endpointName === "orderPages"
          ? orderPagesApi.endpoints.orderPages.select(originalArgs as OrderQuery)(state as never).data?.pages
          : undefined;
    const found = pages?.flatMap((page) => page?.items ?? []).find((item) => item.id === id);
    if (found) return found;
  }
  return undefined;
}
