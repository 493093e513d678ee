// The frame around every page: top bar, watchlist column, the page, the floating ticket, the phone's bar.
import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { flushSync } from "react-dom";
import { Navigate, Outlet, useLocation, useNavigate } from "react-router";
import { useMetaQuery } from "@/api";
import { Dialog } from "@/components/dialog";
import { Key, Notice } from "@/components/surface";
import { Toasts } from "@/components/toasts";
import { usePriceFeedState } from "@/features/market/prices";
import { type Command, SearchDialog } from "@/features/market/SearchDialog";
import { useSessionStatus } from "@/features/session/state";
import { useTicketState } from "@/features/ticket/state";
import { useWatching } from "@/features/watchlist/useWatchlists";
import { Watchlist } from "@/features/watchlist/Watchlist";
import { useClock, useMedia, useOnline, usePhone } from "@/lib/hooks";
import { setPrefs, usePrefs } from "@/lib/prefs";
import { timeOfDay } from "@/lib/time";
import { BottomBar } from "./BottomBar";
import { PhoneBar } from "./PhoneBar";
import { TopBar } from "./TopBar";
import { keyList, useKeys } from "./useKeys";

const Ticket = lazy(() => import("@/features/ticket/Ticket").then((module) => ({ default: module.Ticket })));

// Narrower than this the watchlist is a page of its own, so that no table loses its last columns.
const WITH_WATCHLIST = "(min-width: 1200px)";

type Floating = "search" | "add" | "keys" | null;

function StatusLine() {
  const { data: meta } = useMetaQuery(undefined, { pollingInterval: 60_000 });
  const feed = usePriceFeedState();
  const now = useClock((time) => timeOfDay(time));
  const market = meta
    ? meta.market.open
      ? "Market open"
      : `Market ${meta.market.phase.replaceAll("_", " ")}`
    : "Market —";
  return (
    <p className="flex h-8 items-center justify-between gap-2 whitespace-nowrap border-t border-line px-3 text-2xs text-faint">
      {feed === "live" && <span>{market}</span>}
      <span className={feed === "live" ? "" : "text-warning"}>
        {feed === "live" ? "prices live" : feed === "connecting" ? "connecting" : "prices down"}
      </span>
      <span>{now} IST</span>
    </p>
  );
}

function WatchlistColumn({ onAdd }: { onAdd: () => void }) {
  const { watchlistOpen } = usePrefs();
  const Icon = watchlistOpen ? PanelLeftClose : PanelLeftOpen;
  const toggle = (
    <button
      type="button"
      aria-expanded={watchlistOpen}
      aria-label={watchlistOpen ? "Fold the watchlist" : "Show the watchlist"}
      onClick={() => setPrefs({ watchlistOpen: !watchlistOpen })}
      className="grid size-8 shrink-0 place-items-center self-start text-faint hover:text-ink"
    >
      <Icon className="size-4" />
    </button>
  );
  if (!watchlistOpen) return <aside className="w-9 border-r border-line pt-1 max-md:hidden">{toggle}</aside>;
  return (
    <aside className="sticky top-12 flex h-[calc(100dvh-48px)] w-[260px] shrink-0 flex-col border-r border-line max-md:hidden">
      <Watchlist onAdd={onAdd} />
      <div className="flex items-center border-t border-line">
        {toggle}
        <div className="flex-1 [&>p]:border-t-0">
          <StatusLine />
        </div>
      </div>
    </aside>
  );
}

export function Shell() {
  const status = useSessionStatus();
  const location = useLocation();
  const navigate = useNavigate();
  const phone = usePhone();
  const wide = useMedia(WITH_WATCHLIST);
  const online = useOnline();
  const lost = useLostFeed();
  const ticket = useTicketState();
  const watching = useWatching();
  const [floating, setFloating] = useState<Floating>(null);
  const close = () => setFloating(null);
  // At once, not with the next frame: the letters typed right after "/" belong to the search.
  const openers = useMemo(
    () => ({ search: () => flushSync(() => setFloating("search")), keys: () => setFloating("keys") }),
    [],
  );
  const commands = useMemo<Command[]>(
    () => [
      { label: "Go to portfolio", keys: "H", run: () => navigate("/") },
      { label: "Go to orders", keys: "O", run: () => navigate("/orders") },
      { label: "Go to brokers", run: () => navigate("/brokers") },
      { label: "Connect a broker", run: () => navigate("/brokers/connect") },
      { label: "Charges of a trade", run: () => navigate("/charges") },
      { label: "Settings", run: () => navigate("/settings") },
      { label: "Keys", keys: "?", run: () => setFloating("keys") },
    ],
    [navigate],
  );
  useKeys(openers);

  if (status === "anonymous") {
    return <Navigate to="/signin" replace state={{ from: location.pathname + location.search }} />;
  }
  return (
    <div className="flex min-h-dvh flex-col">
      <PaperFrame />
      <a href="#page" className="sr-only focus:not-sr-only">
        Skip to the page
      </a>
      {phone ? <PhoneBar onSearch={openers.search} /> : <TopBar onSearch={openers.search} />}
      {online && lost && (
        <Notice tone="warning" className="m-2">
          No connection to TradeMaster: prices stand still, greyed. It is tried again by itself.
        </Notice>
      )}
      {!online && (
        <Notice tone="warning" className="m-2">
          Offline. What you see is the last that was read; orders cannot be sent and none is kept for later.
        </Notice>
      )}
      <div className="flex min-h-0 flex-1">
        {wide && <WatchlistColumn onAdd={() => setFloating("add")} />}
        <main
          id="page"
          tabIndex={-1}
          className="min-w-0 flex-1 outline-none max-md:pb-[calc(72px+env(safe-area-inset-bottom))]"
        >
          <Outlet context={{ onAdd: () => setFloating("add"), onSearch: openers.search }} />
        </main>
      </div>
      {phone && <BottomBar />}
      {ticket.open && (
        <Suspense fallback={null}>
          <Ticket key={ticket.opening} />
        </Suspense>
      )}
      <Toasts />
      <SearchDialog open={floating === "search"} onClose={close} commands={commands} />
      <SearchDialog open={floating === "add"} onClose={close} commands={[]} onPick={watching.add} />
      <Dialog open={floating === "keys"} onClose={close} title="Keys">
        <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 p-4">
          {keyList.map(({ keys, does }) => (
            <div key={keys} className="contents">
              <dt className="flex gap-1">
                {keys.split(" ").map((key) => (
                  <Key key={key}>{key}</Key>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      </Dialog>
    </div>
  );
}

/** True once the prices have been away for some seconds; a blink is not worth a word. */
function useLostFeed(): boolean {
  const live = usePriceFeedState() === "live";
  const [lost, setLost] = useState(false);
  useEffect(() => {
    if (live) return setLost(false);
    const wait = setTimeout(() => setLost(true), 4000);
    return () => clearTimeout(wait);
  }, [live]);
  return lost;
}

function PaperFrame() {
  const { data: meta } = useMetaQuery();
  return meta?.paper ? (
    <div aria-hidden="true" className="pointer-events-none fixed inset-x-0 top-0 z-30 h-[3px] bg-paper" />
  ) : null;
}
