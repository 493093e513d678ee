// Starting, entering and leaving a session.
import { useCallback } from "react";
import { api, type Token, useLogOutMutation } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { dropToken, holdToken, mayHaveSession, refresh, signedIn } from "@/api/session";
import { dismissAll } from "@/components/toasts";
import { forgetOthers, forgetPending } from "@/features/ticket/pending";
import { closeTicket } from "@/features/ticket/state";
import { showSnapshot, wipeSnapshot } from "./snapshot";
import { sessionChanged, sessionEnded, snapshotShown } from "./state";

export function useSession() {
  const dispatch = useAppDispatch();
  const [signOut] = useLogOutMutation();

  const start = useCallback(async () => {
    dispatch(sessionChanged("starting"));
    if (!mayHaveSession()) return void dispatch(sessionChanged("anonymous"));
    try {
      const known = await refresh();
      if (!known) await wipeSnapshot();
      else if (forgetOthers(signedIn())) dispatch(closeTicket());
      dispatch(sessionChanged(known ? "signed-in" : "anonymous"));
    } catch (_unreachable) {
      const keptAt = await showSnapshot(dispatch as (action: unknown) => unknown, new Date());
      dispatch(keptAt ? snapshotShown(keptAt) : sessionChanged("unreachable"));
    }
  }, [dispatch]);

  /** From the snapshot back to live numbers, once there is an answer; quietly nothing while there is none. */
  const comeBack = useCallback(async () => {
    try {
      const known = await refresh();
      if (!known) await wipeSnapshot();
      dispatch(api.util.resetApiState());
      dispatch(sessionChanged(known ? "signed-in" : "anonymous"));
    } catch (_stillAway) {
      // It is asked again.
    }
  }, [dispatch]);

  const enter = useCallback(
    (token: Token) => {
      void wipeSnapshot();
      holdToken(token);
      if (forgetOthers(signedIn())) dispatch(closeTicket());
      dispatch(api.util.resetApiState());
      dispatch(sessionChanged("signed-in"));
    },
    [dispatch],
  );

  /** Everything of this user leaves the screen and the device; `words` say why when the user did not ask for it. */
  const forget = useCallback(
    async (words: string | null) => {
      dropToken();
      forgetPending();
      dispatch(closeTicket());
      dismissAll();
      dispatch(words === null ? sessionChanged("anonymous") : sessionEnded(words));
      dispatch(api.util.resetApiState());
      await wipeSnapshot();
    },
    [dispatch],
  );

  const leave = useCallback(async () => {
    await signOut();
    await forget(null);
  }, [forget, signOut]);

  return { start, comeBack, enter, leave, forget };
}
