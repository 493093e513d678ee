// What needs a person now, in the server's words; a quiet line when nothing does.
import { ChevronRight } from "lucide-react";
import { Link } from "react-router";
import { inWords, problemOf, type Attention as Told, useGetAttentionQuery } from "@/api";
import { Button } from "@/components/button";
import { Notice, Waiting } from "@/components/surface";
import { cx } from "@/lib/classes";
import { dayTime } from "@/lib/time";
import { t } from "@/text";

type Matter = Told["items"][number];

const MOST = 6;
const dots: Record<Matter["severity"], string> = {
  urgent: "bg-loss",
  warning: "bg-warning",
  info: "bg-accent",
};

function Line({ matter }: { matter: Matter }) {
  const dot = matter.kind === "order_unknown" ? "striped striped-fine" : (dots[matter.severity] ?? "bg-warning");
  return (
    <li className="border-b border-line last:border-0">
      <Link to={matter.to} className="flex min-h-11 items-center gap-2.5 px-4 py-1.5 hover:bg-hover">
        <span className={cx("size-2 shrink-0 rounded-full", dot)} aria-hidden="true" />
        <span className="min-w-0 flex-1">
          {matter.severity === "urgent" && <span className="sr-only">{t("portfolio:attention.urgent")}</span>}
          <span className="block font-medium">{matter.title}</span>
          <span className="block text-xs text-quiet">{matter.words}</span>
        </span>
        {matter.since && (
          <span className="shrink-0 text-xs text-faint">
            {t("portfolio:attention.since", { time: dayTime(matter.since) })}
          </span>
        )}
        <ChevronRight className="size-4 shrink-0 text-faint" aria-hidden="true" />
      </Link>
    </li>
  );
}

export function Attention() {
  const { data, error, refetch } = useGetAttentionQuery();
  const items = data?.items ?? [];
  return (
    <section aria-labelledby="attention" className="border-t border-line pt-3 pb-4">
      <h2 id="attention" className="px-4 pb-1 text-base font-semibold">
        {t("portfolio:attention.title")}{" "}
        {items.length > 0 && <span className="font-normal text-faint">{items.length}</span>}
      </h2>
      {error ? (
        <Notice tone="bad" className="mx-4" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      ) : !data ? (
        <Waiting rows={1} />
      ) : items.length === 0 ? (
        <p className="px-4 text-quiet">{t("portfolio:attention.none")}</p>
      ) : (
        <>
          <ul>
            {items.slice(0, MOST).map((matter) => (
              <Line key={matter.id} matter={matter} />
            ))}
          </ul>
          {items.length > MOST && (
            <p className="px-4 pt-1 text-xs text-quiet">
              {t("portfolio:attention.more", { count: items.length - MOST })}
            </p>
          )}
        </>
      )}
    </section>
  );
}
