// "Is it you?" answered by a passkey alone.
import "@/text/rooms/identity";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { inWords, problemOf, type Token } from "@/api";
import { useBeginPasskeyProofMutation, useListWaysInQuery, useProveMutation } from "@/api/person";
import { Button } from "@/components/button";
import { Notice } from "@/components/surface";
import { t } from "@/text";
import { passkeysHere, signWithPasskey, whyNot } from "./passkeys";

export function ProofByPasskey({ onToken }: { onToken: (token: Token) => void }) {
  const { data: ways } = useListWaysInQuery();
  const [begin] = useBeginPasskeyProofMutation();
  const [prove] = useProveMutation();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  if (!passkeysHere(ways?.passkeys_at)) return null;

  async function show(): Promise<void> {
    setBusy(true);
    setRefusal(null);
    try {
      const { ceremony, options } = await begin().unwrap();
      const credential = await signWithPasskey(options, new AbortController().signal);
      onToken(await prove({ proofIn: { passkey: { ceremony, credential } } }).unwrap());
    } catch (error) {
      setRefusal(whyNot(error) ?? inWords(problemOf(error)));
      setBusy(false);
    }
  }

  return (
    <div className="flex flex-col gap-3">
      {refusal && <Notice tone="bad">{refusal}</Notice>}
      <Button look="primary" disabled={busy} why={t("session:waiting")} onClick={() => void show()}>
        <KeyRound className="size-4" aria-hidden="true" />
        {t("identity:passkey_proof")}
      </Button>
    </div>
  );
}
