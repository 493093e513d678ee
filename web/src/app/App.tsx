// Providers, routes, and the streams that run while somebody is signed in.
import { useEffect } from "react";
import { Provider } from "react-redux";
import { createBrowserRouter, RouterProvider } from "react-router";
import { onSessionEnd } from "@/api/session";
import { Button } from "@/components/button";
import { BrokersPage } from "@/features/brokers/BrokersPage";
import { ConnectPage } from "@/features/brokers/ConnectPage";
import { InstrumentPage } from "@/features/market/InstrumentPage";
import { startPrices } from "@/features/market/prices";
import { OrderPage } from "@/features/orders/OrderPage";
import { OrdersPage } from "@/features/orders/OrdersPage";
import { PortfolioPage } from "@/features/portfolio/PortfolioPage";
import { sessionChanged, useSessionStatus } from "@/features/session/state";
import { useSession } from "@/features/session/useSession";
import { Broken } from "./Broken";
import { startEvents } from "./events";
import { MorePage, NotFound, WatchlistPage } from "./pages";
import { Shell } from "./shell/Shell";
import type { Store } from "./store";

const router = createBrowserRouter([
  {
    path: "/signin",
    errorElement: <Broken />,
    lazy: async () => {
      const { SignPage } = await import("@/features/session/SignPage");
      return { element: <SignPage key="in" fresh={false} /> };
    },
  },
  {
    path: "/signup",
    errorElement: <Broken />,
    lazy: async () => {
      const { SignPage } = await import("@/features/session/SignPage");
      return { element: <SignPage key="up" fresh={true} /> };
    },
  },
  {
    path: "/",
    element: <Shell />,
    errorElement: <Broken />,
    children: [
      {
        errorElement: <Broken />,
        children: [
          { index: true, element: <PortfolioPage /> },
          { path: "orders", element: <OrdersPage /> },
          { path: "orders/:id", element: <OrderPage /> },
          { path: "brokers", element: <BrokersPage /> },
          { path: "brokers/connect", element: <ConnectPage /> },
          { path: "brokers/connect/:broker", element: <ConnectPage /> },
          { path: "i/:symbol", element: <InstrumentPage /> },
          { path: "watchlist", element: <WatchlistPage /> },
          { path: "more", element: <MorePage /> },
          {
            path: "charges",
            lazy: async () => ({ Component: (await import("@/features/charges/ChargesPage")).ChargesPage }),
          },
          {
            path: "settings",
            lazy: async () => ({ Component: (await import("@/features/settings/SettingsPage")).SettingsPage }),
          },
          { path: "*", element: <NotFound /> },
        ],
      },
    ],
  },
]);

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
    return () => {
      stopPrices();
      stopEvents();
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
