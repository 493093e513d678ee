// Whether the order ticket is open, and what it was opened with.
import { createSlice, type PayloadAction } from "@reduxjs/toolkit";
import { useSelector } from "react-redux";
import type { OrderType, Product, Side } from "@/api";
import { leftBehind } from "./pending";

export interface Seed {
  /** "NSE:INFY"; null asks for the instrument first. */
  symbol: string | null;
  side: Side;
  quantity?: number;
  /** With a price and no type it is a limit order. */
  price?: string;
  orderType?: OrderType;
  trigger?: string;
  product?: Product;
  account?: string;
}

interface State {
  open: boolean;
  /** Counts openings, so that a new one starts a new form. */
  opening: number;
  seed: Seed;
}

/** An order that had left before the page was loaded again is shown first, until it is known what became of it. */
function atStart(): State {
  const left = leftBehind()?.order;
  if (!left) return { open: false, opening: 0, seed: { symbol: null, side: "BUY" } };
  return { open: true, opening: 0, seed: { symbol: `${left.exchange}:${left.symbol}`, side: left.side } };
}

const slice = createSlice({
  name: "ticket",
  initialState: atStart,
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
