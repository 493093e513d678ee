// Hooks: addresses that take alerts and place what they ask for, with what came to each.
import "@/text/rooms/hooks";
import { useState } from "react";
import { type Hook, type HookMade, inWords, type PersonalToken, problemOf } from "@/api";
import {
  useChangeHookMutation,
  useListHooksQuery,
  useListTokensQuery,
  useRenewHookSecretMutation,
} from "@/api/programs";
import { StateWord } from "@/components/badge";
import { Button } from "@/components/button";
import { Part } from "@/components/part";
import { Notice, Waiting } from "@/components/surface";
import { hasText, t } from "@/text";
import { HookLog } from "./HookLog";
import { HookSecret } from "./HookSecret";
import { MakeHook } from "./MakeHook";
import { RemoveHook } from "./RemoveHook";

type Open = { what: "make" } | { what: "log" | "remove"; hook: Hook } | { what: "secret"; made: HookMade };

export function HooksPart() {
  const { data, error, refetch } = useListHooksQuery();
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const shown = (made: HookMade): void => setOpen({ what: "secret", made });
  return (
    <Part title={t("hooks:title")} about={t("hooks:about")} room="wide" className="first:border-t-0">
      {error && (
        <Notice tone="bad" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {!data && !error && <Waiting rows={2} />}
      {data && data.items.length === 0 && <p className="text-quiet">{t("hooks:none")}</p>}
      {data && data.items.length > 0 && (
        <ul aria-label={t("hooks:title")} className="border-t border-line">
          {data.items.map((hook) => (
            <Row key={hook.id} hook={hook} onOpen={(what) => setOpen({ what, hook })} onMade={shown} />
          ))}
        </ul>
      )}
      <Button className="self-start" onClick={() => setOpen({ what: "make" })}>
        {t("hooks:make")}
      </Button>
      {open?.what === "make" && <MakeHook onMade={shown} onClose={close} />}
      {open?.what === "secret" && <HookSecret made={open.made} onClose={close} />}
      {open?.what === "log" && <HookLog hook={open.hook} onClose={close} />}
      {open?.what === "remove" && <RemoveHook hook={open.hook} onClose={close} />}
    </Part>
  );
}

/** Which key it trades with, and how an alert becomes an order. */
function rulesOf({ token, rules }: Hook, tokens: readonly PersonalToken[] | undefined): string {
  const key = tokens?.find(({ id }) => id === token);
  const by = `hooks:by.${rules.quantity?.by}`;
  const words = [
    ...(key ? [t("hooks:trades_with", { token: key.name })] : []),
    ...(tokens && !key ? [t("hooks:no_token")] : []),
    ...(rules.product ? [rules.product] : []),
    ...(rules.order_type ? [rules.order_type] : []),
    ...(hasText(by) ? [t(by)] : []),
  ];
  return words.join(" · ");
}

interface RowProps {
  hook: Hook;
  onOpen: (what: "log" | "remove") => void;
  onMade: (made: HookMade) => void;
}

function Row({ hook, onOpen, onMade }: RowProps) {
  const tokens = useListTokensQuery().data?.items;
  const [change, changing] = useChangeHookMutation();
  const [renew, renewing] = useRenewHookSecretMutation();
  const error = changing.error ?? renewing.error;

  async function anew(): Promise<void> {
    const { data } = await renew({ hookId: hook.id });
    if (data) onMade(data);
  }

  return (
    <li className="flex flex-col gap-2 border-b border-line py-2">
      <div className="flex min-w-0 flex-wrap items-baseline gap-x-3">
        <p className="min-w-0 break-words font-medium">{hook.name}</p>
        <StateWord tone={hook.paused ? "quiet" : "good"}>
          {hook.paused ? t("hooks:paused") : t("hooks:listening")}
        </StateWord>
      </div>
      <p className="text-sm break-words text-quiet">{rulesOf(hook, tokens)}</p>
      <p className="text-xs break-all text-faint">{hook.url}</p>
      <div className="flex flex-wrap gap-2">
        <Action name={hook.name} words={t("hooks:log")} onClick={() => onOpen("log")} />
        <Action
          name={hook.name}
          words={hook.paused ? t("hooks:resume") : t("hooks:pause")}
          disabled={changing.isLoading}
          onClick={() => void change({ hookId: hook.id, hookChangeIn: { paused: !hook.paused } })}
        />
        <Action name={hook.name} words={t("hooks:renew")} disabled={renewing.isLoading} onClick={() => void anew()} />
        <Action name={hook.name} words={t("hooks:remove")} onClick={() => onOpen("remove")} />
      </div>
      {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
    </li>
  );
}

interface ActionProps {
  name: string;
  words: string;
  disabled?: boolean;
  onClick: () => void;
}

function Action({ name, words, disabled, onClick }: ActionProps) {
  return (
    <Button size="sm" aria-label={`${words}: ${name}`} disabled={disabled} onClick={onClick}>
      {words}
    </Button>
  );
}
