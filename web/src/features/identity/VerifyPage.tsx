// Where the link of a letter leads: the e-mail is confirmed. Who signed up with it gives the password, and is signed in.
// Where the link leads nowhere, the ways to a new one are shown.
import "@/text/rooms/security";
import { useState } from "react";
import { Link, Navigate } from "react-router";
import { inWords, problemOf, useLogInMutation } from "@/api";
import { useFollowLinkMutation } from "@/api/person";
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
  const over = problem?.code === "link_over";
  if (!token || over)
    return (
      <SignFrame title={t("security:verify.title")}>
        <Notice tone="warning">{over ? inWords(problem) : t("security:link.missing")}</Notice>
        <NewLink />
      </SignFrame>
    );
  return (
    <SignFrame title={t("security:verify.title")}>
      {following.data ? (
        <Notice>{t("security:verify.done", { email: following.data.email })}</Notice>
      ) : (
        <form noValidate onSubmit={submit} className="flex flex-col gap-4">
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
          <Button look="primary" size="lg" type="submit" disabled={following.isLoading || (asksPassword && !password)}>
            {t("security:verify.confirm")}
          </Button>
        </form>
      )}
    </SignFrame>
  );
}

/** A letter to confirm an e-mail is asked for where the e-mail was given: signing up, or in the settings. */
function NewLink() {
  const look = "text-accent underline underline-offset-2";
  return (
    <div className="flex flex-col gap-2 text-quiet">
      <p>{t("security:link.new")}</p>
      <ul className="flex flex-col gap-2">
        <li>
          <Link to="/settings/security" className={look}>
            {t("security:link.settings")}
          </Link>{" "}
          {t("security:link.settings_about")}
        </li>
        <li>
          <Link to="/signup" className={look}>
            {t("security:link.again")}
          </Link>{" "}
          {t("security:link.again_about")}
        </li>
      </ul>
    </div>
  );
}
