// A program written for Kite asks to be let in for the day: which one, what it may do, and where it takes you back to.
import "@/text/rooms/tokens";
import { Link, useSearchParams } from "react-router";
import { inWords, problemOf } from "@/api";
import { useAgreeToKiteLoginMutation, useGetKiteAppQuery, useGetTokenQuery } from "@/api/programs";
import { Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Empty, Notice, PageHead, Waiting } from "@/components/surface";
import { t } from "@/text";
import { limitsOf } from "./words";

const scopes = ["read", "trade", "funds"] as const;
const KEY = /^tm_([0-9A-Za-z]{12})$/;

export function KiteLoginPage() {
  const [asked] = useSearchParams();
  const tokenId = KEY.exec(asked.get("api_key") ?? "")?.[1];
  return (
    <div className="max-w-3xl">
      <PageHead title={t("tokens:kite.asks")} />
      {tokenId ? <Asked tokenId={tokenId} params={asked.get("redirect_params") ?? ""} /> : <Unknown />}
    </div>
  );
}

function Unknown() {
  return <Empty title={t("tokens:kite.unknown")}>{t("tokens:kite.unknown_about")}</Empty>;
}

function Asked({ tokenId, params }: { tokenId: string; params: string }) {
  const token = useGetTokenQuery({ tokenId }, { refetchOnMountOrArgChange: true });
  const app = useGetKiteAppQuery({ tokenId }, { refetchOnMountOrArgChange: true });
  const [agree, { isLoading, error }] = useAgreeToKiteLoginMutation();
  const failed = token.error ?? app.error;
  if (failed) {
    const problem = problemOf(failed);
    if (problem.status === 404) return <Unknown />;
    const again = (): void => {
      void token.refetch();
      void app.refetch();
    };
    return (
      <Notice tone="bad" action={<Button onClick={again}>{t("common:retry")}</Button>}>
        {inWords(problem)}
      </Notice>
    );
  }
  if (!token.data || !app.data) return <Waiting rows={4} />;
  const limits = limitsOf(token.data.policy, token.data.scopes);

  async function letIn(): Promise<void> {
    const { data } = await agree({ tokenId, kiteLoginIn: { redirect_params: params } });
    if (data) window.location.assign(data.redirect_url);
  }

  return (
    <div className="flex flex-col gap-4 px-4">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h2 className="min-w-0 text-lg font-semibold break-words">{token.data.name}</h2>
        <span className="flex flex-wrap gap-1">
          {scopes.map((one) => token.data?.scopes.includes(one) && <Tag key={one}>{t(`tokens:tag.${one}`)}</Tag>)}
          {token.data.policy.dry_run && <Tag>{t("tokens:dry_run")}</Tag>}
        </span>
      </div>
      <p className="text-quiet">{limits.length > 0 ? limits.join(" · ") : t("tokens:no_limits")}</p>
      <p>{t("tokens:kite.until")}</p>
      <p className="break-all">
        {t("tokens:kite.back")} <span className="font-mono text-sm">{app.data.redirect_url}</span>
      </p>
      {token.data.expired && <Notice tone="bad">{t("tokens:expired")}</Notice>}
      {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
      <div className="flex flex-wrap items-center gap-4">
        <Button look="primary" disabled={isLoading || token.data.expired} onClick={() => void letIn()}>
          {t("tokens:kite.let_in")}
        </Button>
        <Link to="/" className="text-accent underline underline-offset-2 max-md:py-3">
          {t("tokens:kite.not_now")}
        </Link>
      </div>
    </div>
  );
}
