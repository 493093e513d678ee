// Who is at the screen: nobody known yet, nobody, or a signed-in user.
import { createSlice, type PayloadAction } from "@reduxjs/toolkit";
import { useSelector } from "react-redux";

export type SessionStatus = "starting" | "unreachable" | "anonymous" | "signed-in";
interface State {
  status: SessionStatus;
}

const slice = createSlice({
  name: "session",
  initialState: { status: "starting" } as State,
  reducers: {
    sessionChanged: (state, action: PayloadAction<SessionStatus>) => {
      state.status = action.payload;
    },
  },
});

export const { sessionChanged } = slice.actions;
export const sessionReducer = slice.reducer;
export const useSessionStatus = (): SessionStatus => useSelector((state: { session: State }) => state.session.status);
