// "Is it you?": the password, and a code where a second factor is on.
import "@/text/rooms/security";
import { useState } from "react";
import { inWords, problemOf, type Token } from "@/api";
import { useProveMutation } from "@/api/person";
import type { ProofWay } from "@/api/proof";
import { holdToken } from "@/api/session";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { t } from "@/text";
import { PasswordField } from "./PasswordField";
import { ProofByPasskey } from "./ProofByPasskey";
import { ProofByProvider } from "./ProofByProvider";

interface Props {
  ways: ProofWay[];
  onDone: (shown: boolean) => void;
}

export function ProofDialog({ ways, onDone }: Props) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [prove, proving] = useProveMutation();
  const problem = proving.error ? problemOf(proving.error) : null;
  const asksPassword = ways.includes("password");
  const asksCode = ways.includes("totp");

  function shown(token: Token): void {
    holdToken(token);
    onDone(true);
  }

  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    const given = { ...(asksPassword ? { password } : {}), ...(asksCode ? { totp: code } : {}) };
    const { data } = await prove({ proofIn: given });
    if (data) shown(data);
  }

  return (
    <Dialog open onClose={() => onDone(false)} title={t("security:proof.title")} description={t("security:proof.why")}>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4 p-4">
        <p className="text-quiet">{t("security:proof.why")}</p>
        {problem && !problem.field && <Notice tone="bad">{inWords(problem)}</Notice>}
        {ways.includes("passkey") && <ProofByPasskey onToken={shown} />}
        {ways.includes("oidc") && <ProofByProvider />}
        {ways.length === 0 && <Notice tone="warning">{t("security:proof.nothing")}</Notice>}
        {asksPassword && (
          <PasswordField
            label={t("security:password")}
            autoComplete="current-password"
            autoFocus
            value={password}
            error={problem?.field === "password" ? inWords(problem) : null}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
        {asksCode && (
          <Field
            label={t("security:code")}
            inputMode="text"
            autoComplete="one-time-code"
            autoFocus={!asksPassword}
            hint={t("security:code_hint")}
            value={code}
            error={problem?.field === "totp" ? inWords(problem) : null}
            onChange={(event) => setCode(event.target.value)}
          />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={() => onDone(false)}>{t("common:cancel")}</Button>
          {(asksPassword || asksCode) && (
            <Button
              look="primary"
              type="submit"
              disabled={proving.isLoading || (asksPassword && !password) || (asksCode && !code)}
            >
              {t("security:proof.go_on")}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
