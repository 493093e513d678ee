// The top of every page: the three numbers that matter, the brokers' state, the search.
import { Eye, EyeOff, Search, Settings } from "lucide-react";
import { Link, NavLink } from "react-router";
import { useMetaQuery } from "@/api";
import { brokerLetter } from "@/components/badge";
import { Button } from "@/components/button";
import { Amount, Gain, Percent } from "@/components/figures";
import { Key } from "@/components/surface";
import { withoutWords } from "@/features/portfolio/Gaps";
import { useLivePortfolio } from "@/features/portfolio/useLivePortfolio";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { setPrefs, usePrefs } from "@/lib/prefs";
import { dayTime } from "@/lib/time";
import { ConnectionPills } from "./ConnectionPills";

const pages: readonly { to: string; label: string; className?: string }[] = [
  { to: "/", label: "Portfolio" },
  { to: "/watchlist", label: "Watchlist", className: "min-[1200px]:hidden" },
  { to: "/orders", label: "Orders" },
  { to: "/brokers", label: "Brokers" },
];

/** A figure with room for its widest form, so that a new digit moves nothing beside it. */
function Figure({ label, room, children }: { label: string; room: string; children: React.ReactNode }) {
  return (
    <div className="flex items-baseline gap-1.5 whitespace-nowrap">
      <dt className="text-xs text-faint">{label}</dt>
      <dd className={cx("font-medium", room)}>{children}</dd>
    </div>
  );
}

function HeadFigures() {
  const { data, live } = useLivePortfolio();
  const gaps = data?.gaps ?? [];
  const totals = live?.totals;
  const before = totals?.value != null && totals.dayPnl != null ? money.subtract(totals.value, totals.dayPnl) : null;
  const dayPercent = before === null || totals?.dayPnl == null ? null : money.percentOf(totals.dayPnl, before);
  return (
    <dl className="flex min-w-0 items-baseline gap-3 max-lg:hidden">
      {gaps.length > 0 && (
        <div className="min-w-0 truncate text-xs text-warning max-xl:hidden" title={`${withoutWords(gaps)} IST`}>
          <dt className="sr-only">Not current in these figures</dt>
          <dd className="truncate">
            without {[...new Set(gaps.map((gap) => brokerLetter(gap.broker)))].join(", ")} since{" "}
            {dayTime(gaps[0]?.since)}
          </dd>
        </div>
      )}
      <Figure label="Value" room="xl:min-w-[7ch]">
        <Amount value={totals?.value} brief reason="the portfolio has not been read yet" />
      </Figure>
      <Figure label="Day" room="xl:min-w-[15ch]">
        <Gain value={totals?.dayPnl} brief />{" "}
        <span className="text-xs max-xl:hidden">{dayPercent !== null && <Percent value={dayPercent} />}</span>
      </Figure>
      <Figure label="Margin" room="xl:min-w-[7ch]">
        <Amount value={totals?.margin} brief />
      </Figure>
    </dl>
  );
}

export function PaperWord({ className }: { className?: string }) {
  const { data: meta } = useMetaQuery();
  if (!meta?.paper) return null;
  return (
    <span
      title="The brokers behind this screen are a sandbox: no real money moves"
      className={cx("rounded-sm border border-paper px-1 text-2xs font-semibold tracking-wide text-warning", className)}
    >
      PAPER
    </span>
  );
}

export function PrivacyEye() {
  const { privacy } = usePrefs();
  return (
    <Button
      look="ghost"
      size="icon"
      aria-label={privacy ? "Show amounts" : "Hide amounts"}
      aria-pressed={privacy}
      title={privacy ? "Show amounts" : "Hide amounts"}
      onClick={() => setPrefs({ privacy: !privacy })}
    >
      {privacy ? <EyeOff className="size-4" /> : <Eye className="size-4" />}
    </Button>
  );
}

export function TopBar({ onSearch }: { onSearch: () => void }) {
  return (
    <header className="sticky top-0 z-20 flex h-12 shrink-0 items-center gap-4 border-b border-line bg-ground px-3 max-md:hidden">
      <Link to="/" className="flex shrink-0 items-center gap-2 font-semibold" aria-label="TradeMaster, portfolio">
        <img src="/icon.svg" alt="" className="size-5" />
        <span className="max-xl:hidden">TradeMaster</span>
      </Link>
      <PaperWord />
      <nav aria-label="Pages" className="flex h-full items-stretch">
        {pages.map(({ to, label, className }) => (
          <NavLink
            key={to}
            to={to}
            end={to === "/"}
            className={({ isActive }) =>
              cx(
                "flex items-center border-b-2 px-2.5 pt-0.5",
                className,
                isActive ? "border-accent font-medium text-ink" : "border-transparent text-quiet hover:text-ink",
              )
            }
          >
            {label}
          </NavLink>
        ))}
      </nav>
      <div className="min-w-0 flex-1" />
      <HeadFigures />
      <ConnectionPills />
      <button
        type="button"
        onClick={onSearch}
        className="flex h-8 items-center gap-2 rounded-md border border-line px-2.5 text-faint hover:border-edge hover:text-quiet"
      >
        <Search className="size-3.5" aria-hidden="true" />
        <span className="max-xl:sr-only">Search</span>
        <Key>/</Key>
      </button>
      <div className="flex items-center">
        <PrivacyEye />
        <Link
          to="/settings"
          aria-label="Settings"
          title="Settings"
          className="grid size-8 place-items-center rounded-md text-quiet hover:bg-hover hover:text-ink"
        >
          <Settings className="size-4" />
        </Link>
      </div>
    </header>
  );
}
