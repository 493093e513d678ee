// What came to a hook and what became of each alert, the newest first.
import "@/text/rooms/hooks";
import { Link } from "react-router";
import { type Delivery, type Hook, inWords, problemOf } from "@/api";
import { useListHookDeliveriesQuery } from "@/api/programs";
import { StateWord, type Tone } from "@/components/badge";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Notice, Waiting } from "@/components/surface";
import { dayTime } from "@/lib/time";
import { hasText, t } from "@/text";

const tones: Record<Delivery["outcome"], Tone> = {
  received: "accent",
  placed: "good",
  rejected: "bad",
  refused: "bad",
  waits: "warning",
  dry_run: "quiet",
  expired: "bad",
};

export function HookLog({ hook, onClose }: { hook: Hook; onClose: () => void }) {
  const { data, error, refetch } = useListHookDeliveriesQuery(
    { hookId: hook.id },
    { pollingInterval: 5000, refetchOnMountOrArgChange: true },
  );
  return (
    <Dialog open onClose={onClose} title={`${t("hooks:log")}: ${hook.name}`}>
      <div className="flex flex-col gap-3 p-4">
        {error && (
          <Notice tone="bad" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
            {inWords(problemOf(error))}
          </Notice>
        )}
        {!data && !error && <Waiting rows={4} />}
        {data && data.items.length === 0 && <p className="text-quiet">{t("hooks:nothing_came")}</p>}
        {data && data.items.length > 0 && (
          <ol className="border-t border-line">
            {data.items.map((one) => (
              <Row key={one.id} one={one} />
            ))}
          </ol>
        )}
      </div>
    </Dialog>
  );
}

function Row({ one }: { one: Delivery }) {
  const key = `hooks:outcome.${one.outcome}`;
  return (
    <li className="flex flex-col gap-1 border-b border-line py-2">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <StateWord tone={tones[one.outcome]}>{hasText(key) ? t(key) : one.outcome}</StateWord>
        <span className="text-xs text-faint">
          {t("hooks:from", { time: dayTime(one.received_at), address: one.address })}
        </span>
      </div>
      {one.words && <p className="break-words">{one.words}</p>}
      {one.order && (
        <Link to={`/orders/${one.order}`} className="text-accent underline underline-offset-2">
          {t("hooks:order")}
        </Link>
      )}
      <code className="text-xs break-all text-faint">{one.alert}</code>
    </li>
  );
}
