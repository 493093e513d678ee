// Who is at the screen: nobody known yet, nobody, a signed-in user, or one whose last numbers are all that can be read.
import { createSlice, type PayloadAction } from "@reduxjs/toolkit";
import { useSelector } from "react-redux";

export type SessionStatus = "starting" | "unreachable" | "snapshot" | "anonymous" | "signed-in";
interface State {
  status: SessionStatus;
  /** Why the last session ended, in words for its owner; null when it was left by hand. */
  ended: string | null;
  /** When what the snapshot shows was kept (ISO). */
  keptAt: string | null;
}

const slice = createSlice({
  name: "session",
  initialState: { status: "starting", ended: null, keptAt: null } as State,
  reducers: {
    sessionChanged: (state, action: PayloadAction<SessionStatus>) => {
      state.status = action.payload;
      if (action.payload === "signed-in") state.ended = null;
      if (action.payload !== "snapshot") state.keptAt = null;
    },
    sessionEnded: (state, action: PayloadAction<string>) => {
      state.status = "anonymous";
      state.ended = action.payload;
      state.keptAt = null;
    },
    snapshotShown: (state, action: PayloadAction<string>) => {
      state.status = "snapshot";
      state.keptAt = action.payload;
    },
  },
});

export const { sessionChanged, sessionEnded, snapshotShown } = slice.actions;
export const sessionReducer = slice.reducer;

type WithSession = { session: State };
export const useSessionStatus = (): SessionStatus => useSelector((state: WithSession) => state.session.status);
export const useSessionEnd = (): string | null => useSelector((state: WithSession) => state.session.ended);
export const useKeptAt = (): string | null => useSelector((state: WithSession) => state.session.keptAt);
