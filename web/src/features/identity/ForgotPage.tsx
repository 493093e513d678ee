// A lost password: a letter with a link, and the same words whether or not somebody has the e-mail.
import "@/text/rooms/security";
import { t } from "@/text";
import { ForgotForm } from "./ForgotForm";
import { SignFrame } from "./SignFrame";

export function ForgotPage() {
  return (
    <SignFrame title={t("security:forgot.title")}>
      <ForgotForm />
    </SignFrame>
  );
}
