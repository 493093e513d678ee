// The top of every page at the desk: all pages by name, the search, the notices, the kill switch; below it the money.
import { Eye, EyeOff, Search, Settings } from "lucide-react";
import { lazy, Suspense } from "react";
import { Link, NavLink } from "react-router";
import { useMetaQuery } from "@/api";
import { Button } from "@/components/button";
import { Key } from "@/components/surface";
import { KillButton } from "@/features/kill/KillButton";
import { Bell } from "@/features/notices/Bell";
import { cx } from "@/lib/classes";
import { useMedia } from "@/lib/hooks";
import { setPrefs, usePrefs } from "@/lib/prefs";
import { t } from "@/text";
import { MoneyBar } from "./MoneyBar";
import { type Place, placeName, places, sandboxPlace } from "./places";

const MorePages = lazy(() => import("./MorePages").then((module) => ({ default: module.MorePages })));

export function PaperWord({ className }: { className?: string }) {
  const { data: meta } = useMetaQuery();
  if (!meta?.paper) return null;
  return (
    <span
      title={t("shell:paper_about")}
      className={cx("rounded-sm border border-paper px-1 text-2xs font-semibold tracking-wide text-warning", className)}
    >
      {t("shell:paper")}
    </span>
  );
}

export function PrivacyEye() {
  const { privacy } = usePrefs();
  const label = t(privacy ? "shell:show_amounts" : "shell:hide_amounts");
  return (
    <Button
      look="ghost"
      size="icon"
      aria-label={label}
      aria-pressed={privacy}
      title={label}
      onClick={() => setPrefs({ privacy: !privacy })}
    >
      {privacy ? <EyeOff className="size-4" /> : <Eye className="size-4" />}
    </Button>
  );
}

const watchlist: Place = { to: "/watchlist", name: "watchlist" };

/** How many pages stand in the bar; the others are under "More". From 1360 px on none is hidden. */
function useRoom(): number {
  const wide = useMedia("(min-width: 1360px)");
  const middle = useMedia("(min-width: 1100px)");
  const small = useMedia("(min-width: 940px)");
  return wide ? 99 : middle ? 9 : small ? 6 : 4;
}

function Pages() {
  const room = useRoom();
  const withList = useMedia("(min-width: 1200px)");
  const { data: meta } = useMetaQuery();
  const all = [
    ...places.slice(0, 1),
    ...(withList ? [] : [watchlist]),
    ...places.slice(1),
    ...(meta?.sandbox ? [sandboxPlace] : []),
  ];
  const further = all.slice(room);
  return (
    <nav aria-label={t("shell:pages")} className="flex h-full min-w-0 items-stretch">
      {all.slice(0, room).map((place) => (
        <NavLink
          key={place.to}
          to={place.to}
          end={place.to === "/"}
          className={({ isActive }) =>
            cx(
              "flex items-center border-b-2 px-2 pt-0.5 whitespace-nowrap",
              isActive ? "border-accent font-medium text-ink" : "border-transparent text-quiet hover:text-ink",
            )
          }
        >
          {placeName(place)}
        </NavLink>
      ))}
      {further.length > 0 && (
        <Suspense fallback={<span className="flex items-center px-2 text-quiet">{t("shell:more")}</span>}>
          <MorePages pages={further} />
        </Suspense>
      )}
    </nav>
  );
}

export function TopBar({ onSearch }: { onSearch: () => void }) {
  return (
    <header className="sticky top-0 z-20 shrink-0 bg-ground max-md:hidden">
      <div className="flex h-11 items-center gap-3 border-b border-line px-3">
        <Link to="/" className="flex shrink-0 items-center gap-2 text-base font-semibold" aria-label={t("shell:home")}>
          <img src="/icon.svg" alt="" className="size-5" />
          <span className="max-[1560px]:hidden">{t("shell:brand")}</span>
        </Link>
        <PaperWord />
        <Pages />
        <div className="min-w-0 flex-1" />
        <button
          type="button"
          onClick={onSearch}
          className="flex h-7 shrink-0 items-center gap-2 rounded-md border border-line px-2.5 text-faint hover:border-edge hover:text-quiet"
        >
          <Search className="size-3.5" aria-hidden="true" />
          <span className="max-xl:sr-only">{t("shell:search")}</span>
          <Key>{"/"}</Key>
        </button>
        <div className="flex shrink-0 items-center">
          <Bell />
          <PrivacyEye />
          <Link
            to="/settings"
            aria-label={t("shell:page.settings")}
            title={t("shell:page.settings")}
            className="grid size-8 place-items-center rounded-md text-quiet hover:bg-hover hover:text-ink"
          >
            <Settings className="size-4" />
          </Link>
          <KillButton named />
        </div>
      </div>
      <MoneyBar />
    </header>
  );
}
