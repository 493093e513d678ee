// Where the link of a letter leads: a new password. Where the link leads nowhere, a new one is asked for here.
import "@/text/rooms/security";
import { useState } from "react";
import { inWords, problemOf } from "@/api";
import { useResetPasswordMutation } from "@/api/person";
import { Button } from "@/components/button";
import { Notice } from "@/components/surface";
import { t } from "@/text";
import { ForgotForm } from "./ForgotForm";
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

  const over = problem?.code === "link_over";
  if (!token || over)
    return (
      <SignFrame title={t("security:reset.title")}>
        <Notice tone="warning">{over ? inWords(problem) : t("security:link.missing")}</Notice>
        <ForgotForm />
      </SignFrame>
    );
  return (
    <SignFrame title={t("security:reset.title")}>
      {resetting.isSuccess ? (
        <Notice>{t("security:reset.done")}</Notice>
      ) : (
        <form noValidate onSubmit={submit} className="flex flex-col gap-4">
          {problem && problem.field !== "password" && <Notice tone="bad">{inWords(problem)}</Notice>}
          <NewPasswordField
            label={t("security:reset.password")}
            autoFocus
            value={password}
            error={problem?.field === "password" ? inWords(problem) : null}
            onChange={(event) => setPassword(event.target.value)}
          />
          <p className="text-quiet">{t("security:reset.about")}</p>
          <Button look="primary" size="lg" type="submit" disabled={!password || resetting.isLoading}>
            {t("security:reset.set")}
          </Button>
        </form>
      )}
    </SignFrame>
  );
}
