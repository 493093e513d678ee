// The phone's bar of five, in thumb reach.
import { ArrowLeftRight, Ellipsis, List, PieChart, ScrollText } from "lucide-react";
import { NavLink } from "react-router";
import { useAppDispatch } from "@/api/dispatch";
import { openTicket } from "@/features/ticket/state";
import { cx } from "@/lib/classes";

const item = "flex min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-2xs";

function Place({ to, label, Icon }: { to: string; label: string; Icon: typeof List }) {
  return (
    <NavLink to={to} end={to === "/"} className={({ isActive }) => cx(item, isActive ? "text-accent" : "text-quiet")}>
      <Icon className="size-5" aria-hidden="true" />
      {label}
    </NavLink>
  );
}

export function BottomBar() {
  const dispatch = useAppDispatch();
  return (
    <nav
      aria-label="Pages"
      className="fixed inset-x-0 bottom-0 z-20 flex h-[calc(56px+env(safe-area-inset-bottom))] border-t border-line bg-ground pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <Place to="/" label="Portfolio" Icon={PieChart} />
      <Place to="/watchlist" label="Watchlist" Icon={List} />
      <button
        type="button"
        className={cx(item, "text-ink")}
        onClick={() => dispatch(openTicket({ symbol: null, side: "BUY" }))}
      >
        <span className="grid h-6 w-11 place-items-center rounded-full bg-ink text-ground">
          <ArrowLeftRight className="size-4" aria-hidden="true" />
        </span>
        Trade
      </button>
      <Place to="/orders" label="Orders" Icon={ScrollText} />
      <Place to="/more" label="More" Icon={Ellipsis} />
    </nav>
  );
}
