// Where each screen lives. A page comes with its own script when it is first opened; only the frame is there at once.
import { createBrowserRouter, type RouteObject } from "react-router";
import { Waiting } from "@/components/surface";
import { Broken } from "./Broken";
import { MorePage, NotFound } from "./pages";
import { Starting } from "./Starting";

// Until a page's script has come the frame stands already, with rows that wait.
const waitingFor = (inside: RouteObject[]): RouteObject[] =>
  inside.map((page) => (page.lazy ? { ...page, hydrateFallbackElement: <Waiting rows={12} /> } : page));

const pages: RouteObject[] = [
  {
    path: "/signin",
    errorElement: <Broken />,
    hydrateFallbackElement: <Starting />,
    lazy: async () => {
      const { SignPage } = await import("@/features/session/SignPage");
      return { element: <SignPage key="in" fresh={false} /> };
    },
  },
  {
    path: "/signup",
    errorElement: <Broken />,
    hydrateFallbackElement: <Starting />,
    lazy: async () => {
      const { SignPage } = await import("@/features/session/SignPage");
      return { element: <SignPage key="up" fresh={true} /> };
    },
  },
  {
    path: "/verify",
    errorElement: <Broken />,
    hydrateFallbackElement: <Starting />,
    lazy: async () => ({ Component: (await import("@/features/identity/VerifyPage")).VerifyPage }),
  },
  {
    path: "/forgot",
    errorElement: <Broken />,
    hydrateFallbackElement: <Starting />,
    lazy: async () => ({ Component: (await import("@/features/identity/ForgotPage")).ForgotPage }),
  },
  {
    path: "/reset",
    errorElement: <Broken />,
    hydrateFallbackElement: <Starting />,
    lazy: async () => ({ Component: (await import("@/features/identity/ResetPage")).ResetPage }),
  },
  {
    path: "/",
    lazy: async () => ({ Component: (await import("./shell/Shell")).Shell }),
    errorElement: <Broken />,
    hydrateFallbackElement: <Starting />,
    children: [
      {
        errorElement: <Broken />,
        children: waitingFor([
          {
            index: true,
            lazy: async () => ({ Component: (await import("@/features/portfolio/OverviewPage")).OverviewPage }),
          },
          {
            path: "holdings",
            lazy: async () => ({ Component: (await import("@/features/portfolio/HoldingsPage")).HoldingsPage }),
          },
          {
            path: "positions",
            lazy: async () => ({ Component: (await import("@/features/portfolio/PositionsPage")).PositionsPage }),
          },
          {
            path: "funds",
            lazy: async () => ({ Component: (await import("@/features/portfolio/FundsPage")).FundsPage }),
          },
          {
            path: "performance",
            lazy: async () => ({ Component: (await import("@/features/portfolio/PerformancePage")).PerformancePage }),
          },
          {
            path: "pnl",
            lazy: async () => ({ Component: (await import("@/features/portfolio/pnl/PnlPage")).PnlPage }),
          },
          {
            path: "orders",
            lazy: async () => ({ Component: (await import("@/features/orders/OrdersPage")).OrdersPage }),
          },
          {
            path: "orders/:id",
            lazy: async () => ({ Component: (await import("@/features/orders/OrderPage")).OrderPage }),
          },
          {
            path: "brokers",
            lazy: async () => ({ Component: (await import("@/features/brokers/BrokersPage")).BrokersPage }),
          },
          {
            path: "brokers/:id",
            lazy: async () => ({ Component: (await import("@/features/brokers/AccountPage")).AccountPage }),
          },
          {
            path: "morning",
            lazy: async () => ({ Component: (await import("@/features/brokers/MorningPage")).MorningPage }),
          },
          {
            path: "brokers/connect/:broker?",
            lazy: async () => ({ Component: (await import("@/features/brokers/ConnectPage")).ConnectPage }),
          },
          {
            path: "i/:symbol",
            lazy: async () => ({ Component: (await import("@/features/market/InstrumentPage")).InstrumentPage }),
          },
          {
            path: "kill",
            lazy: async () => ({ Component: (await import("@/features/kill/KillPage")).KillPage }),
          },
          {
            path: "options/:underlying?",
            lazy: async () => ({ Component: (await import("@/features/options/OptionsPage")).OptionsPage }),
          },
          {
            path: "alerts",
            lazy: async () => ({ Component: (await import("@/features/alerts/AlertsPage")).AlertsPage }),
          },
          {
            path: "sandbox",
            lazy: async () => ({ Component: (await import("@/features/sandbox/SandboxPage")).SandboxPage }),
          },
          { path: "watchlist", lazy: async () => ({ Component: (await import("./WatchlistPage")).WatchlistPage }) },
          { path: "more", element: <MorePage /> },
          {
            path: "charges",
            lazy: async () => ({ Component: (await import("@/features/charges/ChargesPage")).ChargesPage }),
          },
          {
            path: "settings/:part?",
            lazy: async () => ({ Component: (await import("@/features/settings/SettingsPage")).SettingsPage }),
          },
          {
            path: "operator/:part?",
            lazy: async () => ({ Component: (await import("@/features/operator/OperatorPage")).OperatorPage }),
          },
          ...["connect/login", "kite/connect/login"].map((path) => ({
            path,
            lazy: async () => ({ Component: (await import("@/features/tokens/KiteLoginPage")).KiteLoginPage }),
          })),
          {
            path: "approvals/:id?",
            lazy: async () => ({ Component: (await import("@/features/approvals/ApprovalsPage")).ApprovalsPage }),
          },
          { path: "*", element: <NotFound /> },
        ]),
      },
    ],
  },
];

let made: ReturnType<typeof createBrowserRouter> | null = null;
/** The one router, made when it is first asked for: making it begins to load the page of the address. */
export function router(): ReturnType<typeof createBrowserRouter> {
  made ??= createBrowserRouter(pages);
  return made;
}
