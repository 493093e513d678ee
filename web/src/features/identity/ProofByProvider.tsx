// "Is it you?" answered by the provider, which asks anew: the browser goes there, and comes back to Settings, Security.
import "@/text/rooms/identity";
import { inWords, problemOf } from "@/api";
import { useBeginOidcProofMutation, useListWaysInQuery } from "@/api/person";
import { Button } from "@/components/button";
import { Notice } from "@/components/surface";
import { t } from "@/text";

const KEY = "trademaster:proof";

/** The page that the proof was asked for on: what was being done there is done again by the person. */
export function askedOn(): string | null {
  const path = sessionStorage.getItem(KEY);
  return path?.startsWith("/") && !path.startsWith("//") ? path : null;
}

export function ProofByProvider() {
  const { data: ways } = useListWaysInQuery();
  const [begin, { isLoading, error }] = useBeginOidcProofMutation();
  const label = ways?.provider?.label;
  if (!label) return null;

  async function go(): Promise<void> {
    const { data } = await begin();
    if (!data) return;
    sessionStorage.setItem(KEY, window.location.pathname + window.location.search);
    window.location.assign(data.url);
  }

  return (
    <div className="flex flex-col gap-2">
      {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
      <Button disabled={isLoading} onClick={() => void go()}>
        {t("identity:provider_proof", { label })}
      </Button>
      <p className="text-xs text-faint">{t("identity:provider_proof_about")}</p>
    </div>
  );
}
