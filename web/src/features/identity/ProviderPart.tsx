// Who one is at the provider that this installation knows: tied to the account here, or not.
import "@/text/rooms/identity";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { inWords, problemOf } from "@/api";
import { useBeginOidcLinkMutation, useListOidcLinksQuery, useRemoveOidcLinkMutation } from "@/api/person";
import { Button } from "@/components/button";
import { Part } from "@/components/part";
import { Notice } from "@/components/surface";
import { longDate } from "@/lib/time";
import { t } from "@/text";
import { Refused } from "./OtherWays";
import { askedOn } from "./ProofByProvider";

export function ProviderPart() {
  const { data } = useListOidcLinksQuery();
  const [begin, beginning] = useBeginOidcLinkMutation();
  const [remove, removing] = useRemoveOidcLinkMutation();
  const [asked] = useSearchParams();
  const [from] = useState(askedOn);
  if (!data || (!data.label && data.items.length === 0)) return null;
  const label = data.label ?? t("identity:provider");
  const failed = beginning.error ?? removing.error;

  async function tie(): Promise<void> {
    const { data: go } = await begin();
    if (go) window.location.assign(go.url);
  }

  return (
    <Part title={t("identity:tied.title", { label })} about={t("identity:tied.about")} room="narrow">
      <Refused />
      {asked.get("tied") && <Notice>{t("identity:tied.done", { label })}</Notice>}
      {asked.get("proven") && (
        <Notice>
          {t("identity:tied.proven")}{" "}
          {from && (
            <Link to={from} className="text-accent underline underline-offset-2">
              {t("identity:provider_proof_back")}
            </Link>
          )}
        </Notice>
      )}
      {failed && <Notice tone="bad">{inWords(problemOf(failed))}</Notice>}
      {data.items.map((link) => (
        <div key={link.id} className="flex min-h-8 flex-wrap items-center gap-2">
          <div className="min-w-0 flex-1 basis-40">
            <p className="break-words">{link.email || t("identity:tied.no_email")}</p>
            <p className="text-xs text-faint">
              {t("identity:tied.since", { date: longDate(link.created_at) })}
              {!link.usable && ` · ${t("identity:tied.former")}`}
            </p>
          </div>
          <Button
            size="sm"
            aria-label={`${t("identity:tied.untie")}: ${link.email || link.issuer}`}
            disabled={removing.isLoading}
            onClick={() => void remove({ linkId: link.id })}
          >
            {t("identity:tied.untie")}
          </Button>
        </div>
      ))}
      {data.label && !data.items.some((link) => link.usable) && (
        <Button className="self-start" disabled={beginning.isLoading} onClick={() => void tie()}>
          {t("identity:tied.tie", { label })}
        </Button>
      )}
    </Part>
  );
}
