// Starting, entering and leaving a session.
import { useCallback } from "react";
import { api, type Token, useLogOutMutation } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { dropToken, holdToken, mayHaveSession, refresh } from "@/api/session";
import { sessionChanged } from "./state";

export function useSession() {
  const dispatch = useAppDispatch();
  const [signOut] = useLogOutMutation();

  const start = useCallback(async () => {
    dispatch(sessionChanged("starting"));
    try {
      dispatch(sessionChanged(mayHaveSession() && (await refresh()) ? "signed-in" : "anonymous"));
    } catch (_unreachable) {
      dispatch(sessionChanged("unreachable"));
    }
  }, [dispatch]);

  const enter = useCallback(
    (token: Token) => {
      holdToken(token);
      dispatch(api.util.resetApiState());
      dispatch(sessionChanged("signed-in"));
    },
    [dispatch],
  );

  const leave = useCallback(async () => {
    await signOut();
    dropToken();
    dispatch(sessionChanged("anonymous"));
    dispatch(api.util.resetApiState());
  }, [dispatch, signOut]);

  return { start, enter, leave };
}
