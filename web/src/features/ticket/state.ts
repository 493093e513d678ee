// Whether the order ticket is open, and what it was opened with.
import { createSlice, type PayloadAction } from "@reduxjs/toolkit";
import { useSelector } from "react-redux";
import type { Product, Side } from "@/api";

export interface Seed {
  /** "NSE:INFY"; null asks for the instrument first. */
  symbol: string | null;
  side: Side;
  quantity?: number;
  price?: string;
  product?: Product;
  account?: string;
}

interface State {
  open: boolean;
  /** Counts openings, so that a new one starts a new form. */
  opening: number;
  seed: Seed;
}

const slice = createSlice({
  name: "ticket",
  initialState: { open: false, opening: 0, seed: { symbol: null, side: "BUY" } } as State,
  reducers: {
    openTicket: (state, action: PayloadAction<Seed>) => {
      state.open = true;
      state.opening += 1;
      state.seed = action.payload;
    },
    closeTicket: (state) => {
      state.open = false;
    },
  },
});

export const { openTicket, closeTicket } = slice.actions;
export const ticketReducer = slice.reducer;
export const useTicketState = (): State => useSelector((state: { ticket: State }) => state.ticket);
