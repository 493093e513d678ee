// The lists as tabs, a new one behind them, and a dialog for the name, the place and the end of the one shown.
import "@/text/rooms/watchlist";
import { Pencil, Plus } from "lucide-react";
import { useState } from "react";
import {
  inWords,
  problemOf,
  useChangeWatchlistMutation,
  useMakeWatchlistMutation,
  useRemoveWatchlistMutation,
  type WatchedList,
} from "@/api";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { cx } from "@/lib/classes";
import { t } from "@/text";
import { choose, type Watchlists } from "./useWatchlists";

type Editing = WatchedList | "new" | null;

export function Tabs({ lists, current, most }: Watchlists) {
  const [editing, setEditing] = useState<Editing>(null);
  const at = lists.findIndex((list) => list.id === current?.id);
  function onKeyDown(event: React.KeyboardEvent): void {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = lists[at + by];
    if (by === 0 || !next) return;
    event.preventDefault();
    choose(next.id);
    document.getElementById(`watchlist-${next.id}`)?.focus();
  }
  return (
    <div className="flex h-9 shrink-0 items-center border-b border-line max-md:h-12">
      <div
        role="tablist"
        aria-label={t("watchlist:lists")}
        onKeyDown={onKeyDown}
        className="flex min-w-0 flex-1 items-stretch self-stretch overflow-x-auto"
      >
        {lists.map((list) => (
          <button
            key={list.id}
            id={`watchlist-${list.id}`}
            type="button"
            role="tab"
            aria-selected={list.id === current?.id}
            tabIndex={list.id === current?.id ? 0 : -1}
            onClick={() => choose(list.id)}
            className={cx(
              "max-w-32 shrink-0 truncate px-3 text-xs",
              list.id === current?.id ? "border-b-2 border-accent text-ink" : "text-quiet hover:text-ink",
            )}
          >
            {list.name}
          </button>
        ))}
      </div>
      {current && (
        <Button
          look="ghost"
          size="sm"
          aria-label={t("watchlist:edit", { name: current.name })}
          onClick={() => setEditing(current)}
        >
          <Pencil className="size-3.5" />
        </Button>
      )}
      <Button
        look="ghost"
        size="sm"
        aria-label={t("watchlist:new")}
        disabled={lists.length >= most}
        why={t("watchlist:most", { most })}
        onClick={() => setEditing("new")}
      >
        <Plus className="size-3.5" />
      </Button>
      <Dialog
        open={editing !== null}
        onClose={() => setEditing(null)}
        title={editing === "new" ? t("watchlist:new") : t("watchlist:one")}
      >
        {editing !== null && <Edit list={editing} count={lists.length} onDone={() => setEditing(null)} />}
      </Dialog>
    </div>
  );
}

function Edit({ list, count, onDone }: { list: WatchedList | "new"; count: number; onDone: () => void }) {
  const old = list === "new" ? null : list;
  const [name, setName] = useState(old?.name ?? "");
  const [error, setError] = useState<string | null>(null);
  const [make] = useMakeWatchlistMutation();
  const [change] = useChangeWatchlistMutation();
  const [remove] = useRemoveWatchlistMutation();
  const settle = (work: Promise<unknown>): void => {
    work.then(onDone, (problem: unknown) => setError(inWords(problemOf(problem))));
  };
  function save(event: React.FormEvent): void {
    event.preventDefault();
    if (old) {
      settle(change({ listId: old.id, watchlistPatch: { version: old.version, name } }).unwrap());
    } else {
      settle(
        make({ watchlistIn: { name } })
          .unwrap()
          .then((made) => choose(made.id)),
      );
    }
  }
  const move = (place: number): void => {
    if (old) settle(change({ listId: old.id, watchlistPatch: { version: old.version, place } }).unwrap());
  };
  return (
    <form onSubmit={save} className="space-y-4 p-4">
      <Field
        label={t("watchlist:name")}
        value={name}
        error={error}
        maxLength={60}
        required
        autoFocus
        onChange={(event) => setName(event.target.value)}
      />
      <div className="flex flex-wrap gap-2">
        <Button look="primary" type="submit" disabled={name.trim() === ""} why={t("watchlist:nameless")}>
          {old ? t("watchlist:rename") : t("watchlist:make")}
        </Button>
        {old && (
          <>
            <Button disabled={old.place === 0} onClick={() => move(old.place - 1)}>
              {t("watchlist:earlier")}
            </Button>
            <Button disabled={old.place >= count - 1} onClick={() => move(old.place + 1)}>
              {t("watchlist:later")}
            </Button>
            <Button
              look="danger"
              disabled={count < 2}
              why={t("watchlist:last_stays")}
              onClick={() => settle(remove({ listId: old.id }).unwrap())}
            >
              {t("watchlist:remove_list")}
            </Button>
          </>
        )}
      </div>
    </form>
  );
}
