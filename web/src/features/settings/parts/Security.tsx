// What keeps the account shut: second factor, passkeys, a provider, password, e-mail.
import "@/text/rooms/security";
import { inWords, problemOf } from "@/api";
import { useGetSecurityQuery } from "@/api/person";
import { Button } from "@/components/button";
import { Notice, Waiting } from "@/components/surface";
import { EmailForm } from "@/features/identity/EmailForm";
import { PasskeysPart } from "@/features/identity/PasskeysPart";
import { PasswordForm } from "@/features/identity/PasswordForm";
import { ProviderPart } from "@/features/identity/ProviderPart";
import { SecondFactor } from "@/features/identity/SecondFactor";
import { t } from "@/text";
import { Group } from "./layout";

export function Security() {
  const { data, error, refetch } = useGetSecurityQuery();
  if (error) {
    return (
      <Notice tone="bad" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
        {inWords(problemOf(error))}
      </Notice>
    );
  }
  if (!data) return <Waiting rows={8} />;
  return (
    <>
      <Group title={t("security:factor.title")} text={t("security:factor.about")}>
        <SecondFactor security={data} />
      </Group>
      <PasskeysPart />
      <ProviderPart />
      <Group title={t("security:password")}>
        <PasswordForm security={data} />
      </Group>
      <Group title={t("security:email.title")}>
        <EmailForm security={data} />
      </Group>
    </>
  );
}
