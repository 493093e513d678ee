// The two pages that only the phone has: the watchlist, and everything that did not fit the bar.
import { ChevronRight } from "lucide-react";
import { Link, useOutletContext } from "react-router";
import { PageHead } from "@/components/surface";
import { Watchlist } from "@/features/watchlist/Watchlist";

export interface ShellContext {
  onAdd: () => void;
  onSearch: () => void;
}

export function WatchlistPage() {
  const { onAdd } = useOutletContext<ShellContext>();
  return <Watchlist onAdd={onAdd} page />;
}

const more = [
  { to: "/brokers", label: "Brokers", text: "Connections, sessions, funds" },
  { to: "/charges", label: "Charges", text: "What a trade costs at every broker" },
  { to: "/settings", label: "Settings", text: "Look, mode, sign out" },
] as const;

export function MorePage() {
  return (
    <div>
      <PageHead title="More" />
      <ul className="border-t border-line">
        {more.map(({ to, label, text }) => (
          <li key={to} className="border-b border-line">
            <Link to={to} className="flex min-h-14 items-center justify-between px-4 py-2">
              <span>
                <span className="block text-base font-medium">{label}</span>
                <span className="text-xs text-faint">{text}</span>
              </span>
              <ChevronRight className="size-4 text-faint" aria-hidden="true" />
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function NotFound() {
  return (
    <div className="px-4 py-10">
      <h1 className="text-lg font-semibold">There is no such page</h1>
      <Link to="/" className="text-accent underline underline-offset-2">
        Portfolio
      </Link>
    </div>
  );
}
