// The watchlist as a page: on the phone, and where it has no column beside the others.
import { useOutletContext } from "react-router";
import { Watchlist } from "@/features/watchlist/Watchlist";

export interface ShellContext {
  onAdd: () => void;
  onSearch: () => void;
}

export function WatchlistPage() {
  const { onAdd } = useOutletContext<ShellContext>();
  return <Watchlist onAdd={onAdd} page />;
}
