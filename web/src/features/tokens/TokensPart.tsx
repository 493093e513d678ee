// The keys of programs: which there are, what they may do, when they were last used; a new one, new limits, a new text,
// the end of one.
import "@/text/rooms/tokens";
import { useState } from "react";
import { Link } from "react-router";
import { inWords, type NewToken, type PersonalToken, problemOf } from "@/api";
import { useListTokensQuery, useRevokeTokenMutation, useRotateTokenMutation } from "@/api/programs";
import { StateWord, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Segmented } from "@/components/field";
import { Part } from "@/components/part";
import { Notice, Waiting } from "@/components/surface";
import { dayTime, shortDay } from "@/lib/time";
import { t } from "@/text";
import { KiteDialog } from "./KiteDialog";
import { ChangeToken, MakeToken } from "./TokenForm";
import { TokenText } from "./TokenText";
import { limitsOf } from "./words";

type Open =
  | { what: "make" }
  | { what: "text"; made: NewToken }
  | { what: "change" | "kite" | "rotate" | "revoke"; token: PersonalToken }
  | null;

export function TokensPart() {
  const { data, error, refetch } = useListTokensQuery();
  const [open, setOpen] = useState<Open>(null);
  const close = (): void => setOpen(null);
  const shown = (made: NewToken): void => setOpen({ what: "text", made });
  return (
    <Part title={t("tokens:title")} about={t("tokens:about")} room="wide" className="first:border-t-0">
      {error && (
        <Notice tone="bad" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {!data && !error && <Waiting rows={2} />}
      {data && data.items.length === 0 && <p className="text-quiet">{t("tokens:none")}</p>}
      {data && data.items.length > 0 && (
        <ul aria-label={t("tokens:title")} className="border-t border-line">
          {data.items.map((token) => (
            <Row key={token.id} token={token} onOpen={(what) => setOpen({ what, token })} />
          ))}
        </ul>
      )}
      <div className="flex flex-wrap items-center gap-4">
        <Button onClick={() => setOpen({ what: "make" })}>{t("tokens:new")}</Button>
        <Link to="/approvals" className="text-accent underline underline-offset-2 max-md:min-h-11 max-md:py-3">
          {t("tokens:approvals")}
        </Link>
      </div>
      {open?.what === "make" && <MakeToken onMade={shown} onClose={close} />}
      {open?.what === "text" && <TokenText made={open.made} onClose={close} />}
      {open?.what === "change" && <ChangeToken token={open.token} onClose={close} />}
      {open?.what === "kite" && <KiteDialog token={open.token} onClose={close} />}
      {open?.what === "rotate" && <Rotate token={open.token} onMade={shown} onClose={close} />}
      {open?.what === "revoke" && <Revoke token={open.token} onClose={close} />}
    </Part>
  );
}

const scopes = ["read", "trade", "funds"] as const;

interface RowProps {
  token: PersonalToken;
  onOpen: (what: "change" | "kite" | "rotate" | "revoke") => void;
}

function Row({ token, onOpen }: RowProps) {
  const used = token.used_at
    ? t("tokens:used", { time: dayTime(token.used_at), address: token.used_from ?? "" })
    : t("tokens:never_used");
  const limits = limitsOf(token.policy, token.scopes);
  return (
    <li className="flex flex-col gap-1 border-b border-line py-2">
      <div className="flex min-w-0 flex-wrap items-baseline gap-x-3">
        <p className="min-w-0 break-words font-medium">{token.name}</p>
        <span className="flex flex-wrap gap-1">
          {scopes.map((scope) => token.scopes.includes(scope) && <Tag key={scope}>{t(`tokens:tag.${scope}`)}</Tag>)}
          {token.policy.dry_run && <Tag>{t("tokens:dry_run")}</Tag>}
        </span>
        {token.expired && <StateWord tone="bad">{t("tokens:expired")}</StateWord>}
      </div>
      <p className="text-sm break-words text-quiet">{limits.length > 0 ? limits.join(" · ") : t("tokens:no_limits")}</p>
      <p className="text-xs text-faint">
        <span className="font-mono">{`tm_${token.id}`}</span>
        {` · ${t("tokens:expires", { day: shortDay(token.expires_at) })} · ${used}`}
      </p>
      {token.old_until && Date.parse(token.old_until) > Date.now() && (
        <p className="text-xs text-warning">{t("tokens:old_until", { time: dayTime(token.old_until) })}</p>
      )}
      <div className="flex flex-wrap gap-2">
        {!token.expired && (
          <Button size="sm" aria-label={`${t("tokens:change")}: ${token.name}`} onClick={() => onOpen("change")}>
            {t("tokens:change")}
          </Button>
        )}
        {!token.expired && (
          <Button size="sm" aria-label={`${t("tokens:kite.button")}: ${token.name}`} onClick={() => onOpen("kite")}>
            {t("tokens:kite.button")}
          </Button>
        )}
        {!token.expired && (
          <Button size="sm" aria-label={`${t("tokens:rotate")}: ${token.name}`} onClick={() => onOpen("rotate")}>
            {t("tokens:rotate")}
          </Button>
        )}
        <Button size="sm" aria-label={`${t("tokens:revoke")}: ${token.name}`} onClick={() => onOpen("revoke")}>
          {t("tokens:revoke")}
        </Button>
      </div>
    </li>
  );
}

const overlaps = ["0", "3600", "86400"] as const;

interface RotateProps {
  token: PersonalToken;
  onMade: (made: NewToken) => void;
  onClose: () => void;
}

function Rotate({ token, onMade, onClose }: RotateProps) {
  const [overlap, setOverlap] = useState<(typeof overlaps)[number]>("0");
  const [rotate, { isLoading, error }] = useRotateTokenMutation();

  async function anew(): Promise<void> {
    const { data } = await rotate({ tokenId: token.id, rotateIn: { overlap: Number(overlap) } });
    if (data) onMade(data);
  }

  return (
    <Dialog open onClose={onClose} title={t("tokens:rotate_title", { name: token.name })}>
      <div className="flex flex-col gap-3 p-4">
        <p>{t("tokens:rotate_about")}</p>
        <Segmented
          label={t("tokens:overlap")}
          value={overlap}
          choices={overlaps.map((value) => ({ value, label: t(`tokens:overlaps.${value}`) }))}
          onChange={setOverlap}
        />
        {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
        <Button look="primary" disabled={isLoading} onClick={() => void anew()}>
          {t("tokens:rotate")}
        </Button>
      </div>
    </Dialog>
  );
}

function Revoke({ token, onClose }: { token: PersonalToken; onClose: () => void }) {
  const [revoke, { isLoading, error }] = useRevokeTokenMutation();

  async function end(): Promise<void> {
    const answer = await revoke({ tokenId: token.id });
    if (!answer.error) onClose();
  }

  return (
    <Dialog open onClose={onClose} title={t("tokens:revoke_title", { name: token.name })}>
      <div className="flex flex-col gap-3 p-4">
        <p>{t("tokens:revoke_about")}</p>
        {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
        <Button look="danger" disabled={isLoading} onClick={() => void end()}>
          {t("tokens:revoke")}
        </Button>
      </div>
    </Dialog>
  );
}
