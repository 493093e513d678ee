// Where the link of a letter leads: the e-mail is confirmed. Who signed up with it gives the password, and is signed in.
import "@/text/rooms/security";
import { useState } from "react";
import { Navigate } from "react-router";
import { inWords, problemOf, useFollowLinkMutation, useLogInMutation } from "@/api";
import { Button } from "@/components/button";
import { Notice } from "@/components/surface";
import { useSessionStatus } from "@/features/session/state";
import { useSession } from "@/features/session/useSession";
import { t } from "@/text";
import { PasswordField } from "./PasswordField";
import { SignFrame, takeToken } from "./SignFrame";

export function VerifyPage() {
  const [token] = useState(takeToken);
  const [password, setPassword] = useState("");
  const [follow, following] = useFollowLinkMutation();
  const [signIn] = useLogInMutation();
  const { enter } = useSession();
  const status = useSessionStatus();
  const problem = following.error ? problemOf(following.error) : null;
  const asksPassword = problem?.code === "password_needed" || problem?.code === "wrong_password";

  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    const given = asksPassword ? { token, password } : { token };
    const { data } = await follow({ linkIn: given });
    if (!data || !asksPassword) return;
    const entered = await signIn({ loginIn: { email: data.email, password } });
    if (entered.data) enter(entered.data);
  }

  if (following.data && status === "signed-in") return <Navigate to={asksPassword ? "/brokers" : "/"} replace />;
  return (
    <SignFrame title={t("security:verify.title")}>
      {following.data ? (
        <Notice>{t("security:verify.done", { email: following.data.email })}</Notice>
      ) : (
        <form noValidate onSubmit={submit} className="flex flex-col gap-4">
          {!token && <Notice tone="bad">{t("security:link_missing")}</Notice>}
          {problem && problem.code !== "password_needed" && !problem.field && (
            <Notice tone="bad">{inWords(problem)}</Notice>
          )}
          {asksPassword ? (
            <PasswordField
              label={t("security:verify.password")}
              autoComplete="current-password"
              autoFocus
              value={password}
              error={problem?.code === "wrong_password" ? inWords(problem) : null}
              onChange={(event) => setPassword(event.target.value)}
            />
          ) : (
            <p className="text-quiet">{t("security:verify.about")}</p>
          )}
          <Button
            look="primary"
            size="lg"
            type="submit"
            disabled={!token || following.isLoading || (asksPassword && !password)}
          >
            {t("security:verify.confirm")}
          </Button>
        </form>
      )}
    </SignFrame>
  );
}
