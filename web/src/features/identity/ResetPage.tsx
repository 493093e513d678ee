// Where the link of a letter leads: a new password.
import "@/text/rooms/security";
import { useState } from "react";
import { inWords, problemOf, useResetPasswordMutation } from "@/api";
import { Button } from "@/components/button";
import { Notice } from "@/components/surface";
import { t } from "@/text";
import { NewPasswordField } from "./PasswordField";
import { SignFrame, takeToken } from "./SignFrame";

export function ResetPage() {
  const [token] = useState(takeToken);
  const [password, setPassword] = useState("");
  const [reset, resetting] = useResetPasswordMutation();
  const problem = resetting.error ? problemOf(resetting.error) : null;

  function submit(event: React.FormEvent): void {
    event.preventDefault();
    void reset({ resetIn: { token, password } });
  }

  return (
    <SignFrame title={t("security:reset.title")}>
      {resetting.isSuccess ? (
        <Notice>{t("security:reset.done")}</Notice>
      ) : (
        <form noValidate onSubmit={submit} className="flex flex-col gap-4">
          {!token && <Notice tone="bad">{t("security:link_missing")}</Notice>}
          {problem && problem.field !== "password" && <Notice tone="bad">{inWords(problem)}</Notice>}
          <NewPasswordField
            label={t("security:reset.password")}
            autoFocus
            value={password}
            error={problem?.field === "password" ? inWords(problem) : null}
            onChange={(event) => setPassword(event.target.value)}
          />
          <p className="text-quiet">{t("security:reset.about")}</p>
          <Button look="primary" size="lg" type="submit" disabled={!token || !password || resetting.isLoading}>
            {t("security:reset.set")}
          </Button>
        </form>
      )}
    </SignFrame>
  );
}
