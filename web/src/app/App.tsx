// Providers, routes, and the streams that run while somebody is signed in.
import { useEffect } from "react";
import { Provider } from "react-redux";
import { RouterProvider } from "react-router";
import { startLive } from "@/api/live";
import { onSessionEnd } from "@/api/session";
import { Button } from "@/components/button";
import { startPrices } from "@/features/market/prices";
import { sessionChanged, useSessionStatus } from "@/features/session/state";
import { useSession } from "@/features/session/useSession";
import { startEvents } from "./events";
import { router } from "./routes";
import type { Store } from "./store";

function Running({ store }: { store: Store }) {
  const status = useSessionStatus();
  const { start } = useSession();

  useEffect(() => {
    void start();
    return onSessionEnd(() => store.dispatch(sessionChanged("anonymous")));
  }, [start, store]);

  useEffect(() => {
    if (status !== "signed-in") return;
    const stopPrices = startPrices();
    const stopEvents = startEvents(store);
    const disconnect = startLive();
    return () => {
      stopPrices();
      stopEvents();
      disconnect();
    };
  }, [status, store]);

  if (status === "starting") return <p className="sr-only">Starting</p>;
  if (status === "unreachable") {
    return (
      <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-3 px-5">
        <h1 className="text-lg font-semibold">TradeMaster does not answer</h1>
        <p className="text-quiet">Check the connection; your orders at the brokers are not touched by this.</p>
        <Button look="primary" className="self-start" onClick={() => void start()}>
          Try again
        </Button>
      </main>
    );
  }
  return <RouterProvider router={router} />;
}

export function App({ store }: { store: Store }) {
  return (
    <Provider store={store}>
      <Running store={store} />
    </Provider>
  );
}
