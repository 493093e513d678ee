// Providers, routes, and the streams that run while somebody is signed in.
import { useDeferredValue, useEffect } from "react";
import { Provider } from "react-redux";
import { RouterProvider } from "react-router";
import { onSessionEnd } from "@/api/session";
import { useReach } from "@/features/session/reach";
import { useSessionStatus } from "@/features/session/state";
import { useSession } from "@/features/session/useSession";
import { markReachable } from "@/lib/reachable";
import { t } from "@/text";
import { router } from "./routes";
import { Starting, Unreachable } from "./Starting";
import type { Store } from "./store";

const BACK_EVERY = 10_000;

function Running({ store }: { store: Store }) {
  const status = useSessionStatus();
  const { start, comeBack, forget } = useSession();

  const reach = useReach();
  useEffect(() => markReachable(reach === "reached"), [reach]);

  useEffect(() => {
    void start();
    return onSessionEnd(() => void forget(t("session:expired")));
  }, [start, forget]);

  useEffect(() => {
    if (status !== "signed-in") return;
    let stop: (() => void) | null = null;
    let over = false;
    void import("./streams").then(({ startStreams }) => {
      if (!over) stop = startStreams(store, (words) => void forget(words));
    });
    return () => {
      over = true;
      stop?.();
    };
  }, [status, store, forget]);

  useEffect(() => {
    if (status !== "snapshot") return;
    const again = () => void comeBack();
    const clock = setInterval(again, BACK_EVERY);
    window.addEventListener("online", again);
    return () => {
      clearInterval(clock);
      window.removeEventListener("online", again);
    };
  }, [status, comeBack]);

  // The whole frame is drawn in slices between which taps are heard, not in one go.
  const shown = useDeferredValue(status);
  if (shown === "starting") return <Starting />;
  if (shown === "unreachable") return <Unreachable onRetry={() => void start()} />;
  return <RouterProvider router={router()} />;
}

export function App({ store }: { store: Store }) {
  return (
    <Provider store={store}>
      <Running store={store} />
    </Provider>
  );
}
