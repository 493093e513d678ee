// Signing in without a password: by a passkey, or at the provider that this installation knows.
import "@/text/rooms/identity";
import { KeyRound } from "lucide-react";
import { useSearchParams } from "react-router";
import type { Token } from "@/api";
import { useListWaysInQuery } from "@/api/person";
import { Button, buttonLook } from "@/components/button";
import { Notice } from "@/components/surface";
import { hasText, t } from "@/text";
import { knowsPasskeys } from "./passkeys";
import { usePasskeyLogin } from "./usePasskeyLogin";

export function OtherWays({ enter }: { enter: (token: Token) => void }) {
  const { data: ways } = useListWaysInQuery();
  const passkey = usePasskeyLogin(ways?.passkeys_at, enter);
  if (!ways) return null;
  const { passkeys_at: at, provider } = ways;
  const elsewhere = at !== null && !passkey.here && knowsPasskeys();
  if (!passkey.here && !provider && !elsewhere) return null;
  return (
    <section className="flex flex-col gap-3" aria-label={t("identity:or")}>
      <p className="flex items-center gap-3 text-xs text-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        {t("identity:or")}
      </p>
      {passkey.refusal && <Notice tone="bad">{passkey.refusal}</Notice>}
      {passkey.here && (
        <Button size="lg" disabled={passkey.busy} why={t("session:waiting")} onClick={() => void passkey.signIn()}>
          <KeyRound className="size-4" aria-hidden="true" />
          {t("identity:passkey_sign_in")}
        </Button>
      )}
      {provider && (
        <a href={provider.start} className={buttonLook({ size: "lg" })}>
          {t("identity:provider_sign_in", { label: provider.label })}
        </a>
      )}
      {elsewhere && (
        <p className="text-xs text-faint">
          {t("identity:passkeys_elsewhere")}{" "}
          <a href={`${at}/signin`} className="text-accent underline underline-offset-2">
            {at}
          </a>
        </p>
      )}
    </section>
  );
}

/** Why a way by the provider ended here, from the word in the address; nothing where there is none. */
export function Refused() {
  const [asked] = useSearchParams();
  const { data: ways } = useListWaysInQuery();
  const why = asked.get("refused");
  if (!why) return null;
  const key = `identity:refused.${why}`;
  const label = ways?.provider?.label ?? t("identity:provider");
  return <Notice tone="bad">{hasText(key) ? t(key, { label }) : t("identity:refused.other")}</Notice>;
}
