// One's own passkeys: which there are, a new one, another name, an end.
import "@/text/rooms/identity";
import { useState } from "react";
import { inWords, type Passkey, problemOf } from "@/api";
import {
  useAddPasskeyMutation,
  useBeginPasskeyMutation,
  useListPasskeysQuery,
  useRemovePasskeyMutation,
  useRenamePasskeyMutation,
} from "@/api/person";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { Part } from "@/components/part";
import { Notice, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import { dayTime, longDate } from "@/lib/time";
import { t } from "@/text";
import { knowsPasskeys, makePasskey, passkeysHere, whyNot } from "./passkeys";

const LONGEST_NAME = 60;

export function PasskeysPart() {
  const { data, error, refetch } = useListPasskeysQuery();
  const [changed, setChanged] = useState<{ passkey: Passkey; how: "rename" | "remove" } | null>(null);
  const close = (): void => setChanged(null);
  return (
    <Part
      title={t("identity:passkeys.title")}
      about={t("identity:passkeys.about")}
      room="narrow"
      className="first:border-t-0"
    >
      {error && (
        <Notice tone="bad" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {!data && !error && <Waiting rows={2} />}
      {data && data.items.length === 0 && <p className="text-quiet">{t("identity:passkeys.none")}</p>}
      {data && data.items.length > 0 && (
        <ul aria-label={t("identity:passkeys.title")} className="border-t border-line">
          {data.items.map((passkey) => (
            <Row key={passkey.id} passkey={passkey} onChange={(how) => setChanged({ passkey, how })} />
          ))}
        </ul>
      )}
      {data && <Add at={data.usable_at} />}
      {changed?.how === "rename" && <Rename passkey={changed.passkey} onClose={close} />}
      {changed?.how === "remove" && <Remove passkey={changed.passkey} onClose={close} />}
    </Part>
  );
}

function Row({ passkey, onChange }: { passkey: Passkey; onChange: (how: "rename" | "remove") => void }) {
  const about = [
    passkey.used_at ? t("identity:passkeys.used", { time: dayTime(passkey.used_at) }) : t("identity:passkeys.unused"),
    t("identity:passkeys.made", { date: longDate(passkey.created_at) }),
    ...(passkey.synced ? [t("identity:passkeys.synced")] : []),
  ];
  return (
    <li className="flex flex-col gap-2 border-b border-line py-2">
      <div className="flex min-h-8 flex-wrap items-center gap-2">
        <div className="min-w-0 flex-1 basis-40">
          <p className="break-words">{passkey.name}</p>
          <p className="text-xs text-faint">{about.join(" · ")}</p>
        </div>
        {(["rename", "remove"] as const).map((how) => (
          <Button
            key={how}
            size="sm"
            aria-label={`${t(`identity:passkeys.${how}`)}: ${passkey.name}`}
            onClick={() => onChange(how)}
          >
            {t(`identity:passkeys.${how}`)}
          </Button>
        ))}
      </div>
      {passkey.copied_at && (
        <Notice tone="warning">{t("identity:passkeys.copied", { time: dayTime(passkey.copied_at) })}</Notice>
      )}
    </li>
  );
}

function Add({ at }: { at: string | null }) {
  const [begin] = useBeginPasskeyMutation();
  const [keep] = useAddPasskeyMutation();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  async function add(): Promise<void> {
    setBusy(true);
    setRefusal(null);
    try {
      const { ceremony, options } = await begin().unwrap();
      const credential = await makePasskey(options);
      const made = await keep({ passkeyIn: { ceremony, credential } }).unwrap();
      toast({ tone: "good", title: t("identity:passkeys.added", { name: made.name }) });
    } catch (error) {
      setRefusal(whyNot(error) ?? inWords(problemOf(error)));
    }
    setBusy(false);
  }

  if (!knowsPasskeys() && at === window.location.origin) {
    return <p className="text-quiet">{t("identity:passkeys.unsupported")}</p>;
  }
  if (at === null) return <p className="text-quiet">{t("identity:passkeys.nowhere")}</p>;
  if (!passkeysHere(at)) {
    return (
      <p className="text-quiet">
        {t("identity:passkeys.elsewhere")}{" "}
        <a href={`${at}/settings/security`} className="text-accent underline underline-offset-2">
          {at}
        </a>
      </p>
    );
  }
  return (
    <>
      {refusal && <Notice tone="bad">{refusal}</Notice>}
      <Button className="self-start" disabled={busy} why={t("session:waiting")} onClick={() => void add()}>
        {t("identity:passkeys.add")}
      </Button>
    </>
  );
}

function Rename({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const [name, setName] = useState(passkey.name);
  const [rename, { error, isLoading }] = useRenamePasskeyMutation();

  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    if (!name.trim()) return;
    const { data } = await rename({ passkeyId: passkey.id, passkeyPatch: { name: name.trim() } });
    if (data) onClose();
  }

  return (
    <Dialog open onClose={onClose} title={t("identity:passkeys.rename")}>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4 p-4">
        <Field
          label={t("identity:passkeys.name")}
          value={name}
          maxLength={LONGEST_NAME}
          autoFocus
          error={error ? inWords(problemOf(error)) : null}
          onChange={(event) => setName(event.target.value)}
        />
        <Button look="primary" type="submit" className="self-start" disabled={isLoading || !name.trim()}>
          {t("identity:passkeys.save")}
        </Button>
      </form>
    </Dialog>
  );
}

function Remove({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const [remove, { error, isLoading }] = useRemovePasskeyMutation();

  async function submit(): Promise<void> {
    const { error: refused } = await remove({ passkeyId: passkey.id });
    if (refused) return;
    toast({ tone: "good", title: t("identity:passkeys.removed", { name: passkey.name }) });
    onClose();
  }

  return (
    <Dialog open onClose={onClose} title={t("identity:passkeys.remove_title", { name: passkey.name })}>
      <div className="flex flex-col gap-4 p-4">
        <p className="text-quiet">{t("identity:passkeys.remove_about")}</p>
        {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
        <div className="flex gap-2">
          <Button look="danger" disabled={isLoading} onClick={() => void submit()}>
            {t("identity:passkeys.remove")}
          </Button>
          <Button onClick={onClose}>{t("identity:passkeys.keep")}</Button>
        </div>
      </div>
    </Dialog>
  );
}
