// How a program written for Kite logs in: the address it is led back to, the server its postbacks go to, its secret.
import "@/text/rooms/tokens";
import { useState } from "react";
import { inWords, type KiteApp, type PersonalToken, problemOf } from "@/api";
import {
  useGetKiteAppQuery,
  useRemoveKiteAppMutation,
  useRenewKiteSecretMutation,
  useSetKiteAppMutation,
} from "@/api/programs";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { Notice, Waiting } from "@/components/surface";
import { t } from "@/text";

export function KiteDialog({ token, onClose }: { token: PersonalToken; onClose: () => void }) {
  const { data, error, isLoading } = useGetKiteAppQuery({ tokenId: token.id }, { refetchOnMountOrArgChange: true });
  const problem = error ? problemOf(error) : null;
  const unset = problem?.status === 404;
  return (
    <Dialog open onClose={onClose} title={t("tokens:kite.title", { name: token.name })}>
      {isLoading && <Waiting rows={3} />}
      {problem && !unset && <Notice tone="bad">{inWords(problem)}</Notice>}
      {(data || unset) && <Settings token={token} app={unset ? null : (data ?? null)} onClose={onClose} />}
    </Dialog>
  );
}

function Settings({ token, app, onClose }: { token: PersonalToken; app: KiteApp | null; onClose: () => void }) {
  const [redirect, setRedirect] = useState(app?.redirect_url ?? "");
  const [postback, setPostback] = useState(app?.postback_url ?? "");
  const [secret, setSecret] = useState<string | null>(null);
  const [save, saving] = useSetKiteAppMutation();
  const [renew, renewing] = useRenewKiteSecretMutation();
  const [remove, removing] = useRemoveKiteAppMutation();
  const error = saving.error ?? renewing.error ?? removing.error;
  const problem = error ? problemOf(error) : null;
  const at = (field: string): string | null => (problem?.field === field ? inWords(problem) : null);
  const busy = saving.isLoading || renewing.isLoading || removing.isLoading;
  const tokenId = token.id;

  async function keep(): Promise<void> {
    const kiteAppIn = { redirect_url: redirect.trim(), postback_url: postback.trim() || null };
    const { data } = await save({ tokenId, kiteAppIn });
    if (data?.api_secret) setSecret(data.api_secret);
    else if (data) onClose();
  }

  async function anew(): Promise<void> {
    const { data } = await renew({ tokenId });
    if (data) setSecret(data.api_secret);
  }

  async function end(): Promise<void> {
    const answer = await remove({ tokenId });
    if (!answer.error) onClose();
  }

  if (secret) {
    return (
      <div className="flex flex-col gap-3 p-4">
        <p>{t("tokens:kite.once")}</p>
        <Field label={t("tokens:kite.api_key")} readOnly value={`tm_${tokenId}`} />
        <Field label={t("tokens:kite.api_secret")} readOnly value={secret} onFocus={(event) => event.target.select()} />
        <Button onClick={onClose}>{t("tokens:done")}</Button>
      </div>
    );
  }
  return (
    <form
      noValidate
      className="flex flex-col gap-3 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <p className="text-quiet">{t("tokens:kite.about")}</p>
      <Field
        label={t("tokens:kite.redirect_url")}
        hint={t("tokens:kite.redirect_hint")}
        type="url"
        value={redirect}
        error={at("redirect_url")}
        onChange={(event) => setRedirect(event.target.value)}
      />
      <Field
        label={t("tokens:kite.postback_url")}
        hint={t("tokens:kite.postback_hint")}
        type="url"
        value={postback}
        error={at("postback_url")}
        onChange={(event) => setPostback(event.target.value)}
      />
      {app && <p className="text-xs text-faint">{t("tokens:kite.logins", { count: app.logins })}</p>}
      {problem && !at("redirect_url") && !at("postback_url") && <Notice tone="bad">{inWords(problem)}</Notice>}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" disabled={busy || redirect.trim() === ""}>
          {t("tokens:save")}
        </Button>
        {app && (
          <Button type="button" disabled={busy} onClick={() => void anew()}>
            {t("tokens:kite.renew")}
          </Button>
        )}
        {app && (
          <Button type="button" look="danger" disabled={busy} onClick={() => void end()}>
            {t("tokens:kite.remove")}
          </Button>
        )}
      </div>
    </form>
  );
}
