// The one store: what the server said, who is signed in, what the ticket holds.
import { configureStore } from "@reduxjs/toolkit";
import { setupListeners } from "@reduxjs/toolkit/query";
import { api } from "@/api";
import { sessionReducer } from "@/features/session/state";
import { ticketReducer } from "@/features/ticket/state";

export function makeStore() {
  const store = configureStore({
    reducer: { [api.reducerPath]: api.reducer, session: sessionReducer, ticket: ticketReducer },
    middleware: (defaults) => defaults({ serializableCheck: false }).concat(api.middleware),
  });
  setupListeners(store.dispatch);
  return store;
}

export type Store = ReturnType<typeof makeStore>;
export type RootState = ReturnType<Store["getState"]>;
