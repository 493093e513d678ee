// The phone's bar of five, in thumb reach.
import { ArrowLeftRight, Ellipsis, List, PieChart, ScrollText } from "lucide-react";
import { NavLink, useLocation } from "react-router";
import { useAppDispatch } from "@/api/dispatch";
import { openTicket } from "@/features/ticket/state";
import { cx } from "@/lib/classes";
import { t } from "@/text";
import { furtherPlaces, portfolioPlaces, sandboxPlace } from "./places";

const item = "flex min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-2xs";

interface PlaceProps {
  to: string;
  label: string;
  Icon: typeof List;
  /** Further pages that belong under this one. */
  covers?: readonly { to: string }[];
}

function Place({ to, label, Icon, covers = [] }: PlaceProps) {
  const { pathname } = useLocation();
  const within = covers.some(
    (place) => place.to === pathname || (place.to !== "/" && pathname.startsWith(`${place.to}/`)),
  );
  return (
    <NavLink
      to={to}
      end={to === "/"}
      className={({ isActive }) => cx(item, isActive || within ? "text-accent" : "text-quiet")}
    >
      <Icon className="size-5" aria-hidden="true" />
      {label}
    </NavLink>
  );
}

export function BottomBar() {
  const dispatch = useAppDispatch();
  return (
    <nav
      aria-label={t("shell:pages")}
      className="fixed inset-x-0 bottom-0 z-20 flex h-[calc(56px+env(safe-area-inset-bottom))] border-t border-line bg-ground pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <Place to="/" label={t("shell:page.portfolio")} Icon={PieChart} covers={portfolioPlaces} />
      <Place to="/watchlist" label={t("shell:page.watchlist")} Icon={List} />
      <button
        type="button"
        className={cx(item, "text-ink")}
        onClick={() => dispatch(openTicket({ symbol: null, side: "BUY" }))}
      >
        <span className="grid h-6 w-11 place-items-center rounded-full bg-ink text-ground">
          <ArrowLeftRight className="size-4" aria-hidden="true" />
        </span>
        {t("shell:page.trade")}
      </button>
      <Place to="/orders" label={t("shell:page.orders")} Icon={ScrollText} />
      <Place to="/more" label={t("shell:more")} Icon={Ellipsis} covers={[...furtherPlaces, sandboxPlace]} />
    </nav>
  );
}
