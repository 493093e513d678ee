// The code of who has a second factor here, after the provider has told who they are.
import "@/text/rooms/identity";
import { useState } from "react";
import { Link } from "react-router";
import { inWords, problemOf, type Token } from "@/api";
import { useFinishOidcWithCodeMutation } from "@/api/person";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { t } from "@/text";

export function ProviderCode({ enter }: { enter: (token: Token) => void }) {
  const [code, setCode] = useState("");
  const [finish, { error, isLoading }] = useFinishOidcWithCodeMutation();

  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    if (!code.trim()) return;
    const { data } = await finish({ providerCodeIn: { totp: code.trim() } });
    if (data) enter(data);
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      <div>
        <h1 className="text-xl font-semibold">{t("identity:code.title")}</h1>
        <p className="text-quiet">{t("identity:code.about")}</p>
      </div>
      <Field
        label={t("identity:code.label")}
        autoComplete="one-time-code"
        autoFocus
        value={code}
        error={error ? inWords(problemOf(error)) : null}
        onChange={(event) => setCode(event.target.value)}
      />
      <Button look="primary" size="lg" type="submit" disabled={isLoading} why={t("session:waiting")}>
        {t("identity:code.go_on")}
      </Button>
      <Link to="/signin" className="text-accent underline underline-offset-2">
        {t("identity:code.back")}
      </Link>
    </form>
  );
}
