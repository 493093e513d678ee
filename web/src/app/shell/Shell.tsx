// The frame around every page: top bar, watchlist column, the page, the floating ticket, the phone's bar.
import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { flushSync } from "react-dom";
import { Navigate, Outlet, useLocation, useNavigate, useNavigation } from "react-router";
import { useGetMeQuery, useMetaQuery } from "@/api";
import { Toasts } from "@/components/toasts";
import { InstallOffer } from "@/features/device/InstallOffer";
import { useAppBadge } from "@/features/device/useAppBadge";
import { ProofHost } from "@/features/identity/ProofHost";
import { openKillSwitch } from "@/features/kill/state";
import { type Command, SearchDialog } from "@/features/market/SearchDialog";
import { useSessionStatus } from "@/features/session/state";
import { ProtectionKeeper } from "@/features/ticket/ProtectionKeeper";
import { useTicketState } from "@/features/ticket/state";
import { useWatching } from "@/features/watchlist/useWatchlists";
import { useMedia, usePhone } from "@/lib/hooks";
import { prefs, setPrefs, usePrefs } from "@/lib/prefs";
import { t } from "@/text";
import { BottomBar } from "./BottomBar";
import { KeysDialog } from "./KeysDialog";
import { PhoneBar } from "./PhoneBar";
import { PortfolioStrip, usePlaceOnStrip, useSwipeBetween } from "./PortfolioStrip";
import { furtherPlaces, operatorPlace, placeName, places, sandboxPlace, settingsPlaces } from "./places";
import { StatusBars } from "./StatusBars";
import { TopBar } from "./TopBar";
import { useKeys } from "./useKeys";

const Watchlist = lazy(() =>
  import("@/features/watchlist/Watchlist").then((module) => ({ default: module.Watchlist })),
);
const Ticket = lazy(() => import("@/features/ticket/Ticket").then((module) => ({ default: module.Ticket })));

// Narrower than this the watchlist is a page of its own, so that no table loses its last columns.
const WITH_WATCHLIST = "(min-width: 1200px)";

type Floating = "search" | "add" | "keys" | null;

function WatchlistColumn({ onAdd }: { onAdd: () => void }) {
  const { watchlistOpen } = usePrefs();
  const Icon = watchlistOpen ? PanelLeftClose : PanelLeftOpen;
  const toggle = (
    <button
      type="button"
      aria-expanded={watchlistOpen}
      aria-label={t(watchlistOpen ? "shell:fold_watchlist" : "shell:show_watchlist")}
      onClick={() => setPrefs({ watchlistOpen: !watchlistOpen })}
      className="grid size-8 shrink-0 place-items-center self-start text-faint hover:text-ink"
    >
      <Icon className="size-4" />
    </button>
  );
  if (!watchlistOpen) return <aside className="w-9 shrink-0 border-r border-line pt-1">{toggle}</aside>;
  return (
    <aside className="sticky top-20 flex h-[calc(100dvh-80px)] w-[260px] shrink-0 flex-col border-r border-line">
      <Suspense fallback={<div className="min-h-0 flex-1" />}>
        <Watchlist onAdd={onAdd} />
      </Suspense>
      <div className="border-t border-line">{toggle}</div>
    </aside>
  );
}

function useCommands(showKeys: () => void, asked: boolean): Command[] {
  const navigate = useNavigate();
  const { data: meta } = useMetaQuery();
  const { data: me } = useGetMeQuery(undefined, { skip: !asked });
  const sandbox = meta?.sandbox ?? false;
  const keeps = me?.role === "operator";
  return useMemo<Command[]>(() => {
    const keys: Partial<Record<string, string>> = { holdings: "H", positions: "P", orders: "O" };
    const further = furtherPlaces.filter((place) => !places.some(({ name }) => name === place.name));
    return [
      ...[
        ...places,
        ...further,
        ...settingsPlaces,
        ...(sandbox ? [sandboxPlace] : []),
        ...(keeps ? [operatorPlace] : []),
      ].map((place) => ({
        label: t("shell:command.go", { page: placeName(place) }),
        keys: keys[place.name],
        run: () => navigate(place.to),
      })),
      { label: t("shell:page.connect"), run: () => navigate("/brokers/connect") },
      { label: t("shell:command.hide"), run: () => setPrefs({ privacy: !prefs().privacy }) },
      { label: t("shell:command.kill"), keys: "Alt+Shift+K", run: openKillSwitch },
      { label: t("shell:command.keys"), keys: "?", run: showKeys },
    ];
  }, [navigate, showKeys, sandbox, keeps]);
}

/** The frame is for somebody known; everybody else signs in first. */
export function Shell() {
  const status = useSessionStatus();
  const location = useLocation();
  if (status === "anonymous") {
    return <Navigate to="/signin" replace state={{ from: location.pathname + location.search }} />;
  }
  return <Frame />;
}

function Frame() {
  const { pathname } = useLocation();
  const phone = usePhone();
  const wide = useMedia(WITH_WATCHLIST);
  const ticket = useTicketState();
  const watching = useWatching();
  const onStrip = usePlaceOnStrip() >= 0;
  const swipe = useSwipeBetween(phone);
  const [floating, setFloating] = useState<Floating>(null);
  const close = () => setFloating(null);
  // At once, not with the next frame: the letters typed right after "/" belong to the search.
  const openers = useMemo(
    () => ({ search: () => flushSync(() => setFloating("search")), keys: () => setFloating("keys") }),
    [],
  );
  const commands = useCommands(openers.keys, floating === "search");
  useKeys(openers);
  useAppBadge();

  return (
    <div className="flex min-h-dvh flex-col">
      <PaperFrame />
      <Opening />
      <a href="#page" className="sr-only focus:not-sr-only">
        {t("shell:skip")}
      </a>
      {phone ? <PhoneBar onSearch={openers.search} /> : <TopBar onSearch={openers.search} />}
      <StatusBars />
      <div className="flex min-h-0 flex-1">
        {wide && <WatchlistColumn onAdd={() => setFloating("add")} />}
        <main
          {...swipe()}
          id="page"
          tabIndex={-1}
          className="min-w-0 flex-1 outline-none max-md:touch-pan-y max-md:pb-[calc(72px+env(safe-area-inset-bottom))]"
        >
          {phone && onStrip && <PortfolioStrip />}
          {pathname === "/" && <InstallOffer />}
          <Outlet context={{ onAdd: () => setFloating("add"), onSearch: openers.search }} />
        </main>
      </div>
      {phone && <BottomBar />}
      {ticket.open && (
        <Suspense fallback={null}>
          <Ticket key={ticket.opening} />
        </Suspense>
      )}
      <ProofHost />
      <Toasts />
      <ProtectionKeeper />
      <SearchDialog open={floating === "search"} onClose={close} commands={commands} />
      <SearchDialog open={floating === "add"} onClose={close} commands={[]} onPick={watching.add} />
      <KeysDialog open={floating === "keys"} onClose={close} />
    </div>
  );
}

/** A thin line while a page's script is on its way, with words for who cannot see it. */
function Opening() {
  const opening = useNavigation().state !== "idle";
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 top-0 z-40">
      {opening && (
        <>
          <span className="opening block h-0.5 bg-accent" />
          <span className="sr-only">{t("shell:opening")}</span>
        </>
      )}
    </div>
  );
}

/** The tint of a practice product around the screen; the word stands in the header. */
function PaperFrame() {
  const { data: meta } = useMetaQuery();
  return meta?.paper ? (
    <div
      aria-hidden="true"
      className="pointer-events-none fixed inset-0 z-30 border-2 border-t-[3px] border-paper/70 max-md:border-x-0 max-md:border-b-0"
    />
  ) : null;
}
