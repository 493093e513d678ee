// An authenticator app as the second factor: begun with a picture, turned on with a code, kept by recovery codes.
import "@/text/rooms/security";
import { useState } from "react";
import { type SecondFactor as Begun, inWords, problemOf, type Security } from "@/api";
import {
  useBeginSecondFactorMutation,
  useConfirmSecondFactorMutation,
  useRenewRecoveryCodesMutation,
  useTurnOffSecondFactorMutation,
} from "@/api/person";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { toast } from "@/components/toasts";
import { longDate } from "@/lib/time";
import { t } from "@/text";
import { RecoveryCodes } from "./RecoveryCodes";

export function SecondFactor({ security }: { security: Security }) {
  const [begun, setBegun] = useState<Begun | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [begin, beginning] = useBeginSecondFactorMutation();
  const [renew, renewing] = useRenewRecoveryCodesMutation();
  const [turnOff, turningOff] = useTurnOffSecondFactorMutation();
  const error = beginning.error ?? renewing.error ?? turningOff.error;
  const problem = error ? problemOf(error) : null;
  const since = security.second_factor_since;

  return (
    <>
      {problem && problem.code !== "step_up_needed" && <Notice tone="bad">{inWords(problem)}</Notice>}
      {since === null ? (
        <Button
          className="self-start"
          disabled={beginning.isLoading}
          onClick={async () => setBegun((await begin()).data ?? null)}
        >
          {t("security:factor.turn_on")}
        </Button>
      ) : (
        <>
          <p>
            {t("security:factor.since", { date: longDate(since) })}
            <br />
            <span className={security.recovery_codes_left < 3 ? "text-warning" : "text-quiet"}>
              {t("security:factor.left", { count: security.recovery_codes_left })}
            </span>
          </p>
          <div className="flex flex-wrap gap-2">
            <Button
              disabled={renewing.isLoading}
              onClick={async () => setCodes((await renew()).data?.recovery_codes ?? null)}
            >
              {t("security:factor.new_codes")}
            </Button>
            <Button
              look="danger"
              disabled={turningOff.isLoading}
              onClick={async () => {
                if (!("error" in (await turnOff()))) toast({ tone: "good", title: t("security:factor.is_off") });
              }}
            >
              {t("security:factor.turn_off")}
            </Button>
          </div>
        </>
      )}
      {begun && <Enrol begun={begun} onClose={() => setBegun(null)} onDone={setCodes} />}
      {codes && <RecoveryCodes codes={codes} onClose={() => setCodes(null)} />}
    </>
  );
}

interface EnrolProps {
  begun: Begun;
  onClose: () => void;
  onDone: (codes: string[]) => void;
}

function Enrol({ begun, onClose, onDone }: EnrolProps) {
  const [code, setCode] = useState("");
  const [confirm, confirming] = useConfirmSecondFactorMutation();
  const problem = confirming.error ? problemOf(confirming.error) : null;

  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    const { data } = await confirm({ codeIn: { code } });
    if (!data) return;
    onClose();
    onDone(data.recovery_codes);
  }

  return (
    <Dialog open onClose={onClose} title={t("security:factor.title")} description={t("security:factor.scan")}>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4 overflow-y-auto p-4">
        <p className="text-quiet">{t("security:factor.scan")}</p>
        <img src={begun.qr} alt={t("security:factor.qr")} className="size-44 self-center rounded-md" />
        <div>
          <p className="text-xs text-quiet">{t("security:factor.by_hand")}</p>
          <p className="font-mono text-sm break-all select-all">{begun.secret.match(/.{1,4}/g)?.join(" ")}</p>
        </div>
        <Field
          label={t("security:factor.code")}
          inputMode="numeric"
          autoComplete="one-time-code"
          autoFocus
          value={code}
          error={problem ? inWords(problem) : null}
          onChange={(event) => setCode(event.target.value)}
        />
        <Button look="primary" type="submit" className="self-end" disabled={!code || confirming.isLoading}>
          {t("security:factor.confirm")}
        </Button>
      </form>
    </Dialog>
  );
}
