// Where an account's orders leave from: what is registered, what was seen, the proxy; each can be set here.
import "@/text/rooms/brokers";
import { useState } from "react";
import { type Account, inWords, problemOf } from "@/api";
import {
  useCheckAddressMutation,
  useClearProxyMutation,
  useSetAddressesMutation,
  useSetProxyMutation,
} from "@/api/brokers";
import { StateWord, type Tone } from "@/components/badge";
import { Button } from "@/components/button";
import { Age, Unknown } from "@/components/figures";
import { Notice } from "@/components/surface";
import { hasText, t } from "@/text";
import { OneField } from "./OneField";
import { Fact } from "./Session";

const tones: Record<string, Tone> = { unregistered: "quiet", unknown: "quiet", confirmed: "good", drifted: "bad" };

export function EgressWord({ account: { egress } }: { account: Account }) {
  const word = `brokers:account.egress.${egress.state}`;
  const about = `brokers:account.egress_words.${egress.state}`;
  return (
    <span title={hasText(about) ? t(about) : undefined}>
      <StateWord tone={tones[egress.state] ?? "unknown"}>{hasText(word) ? t(word) : egress.state}</StateWord>
    </span>
  );
}

export function WayOut({ account }: { account: Account }) {
  const { egress } = account;
  const about = `brokers:account.egress_words.${egress.state}`;
  const [editing, setEditing] = useState<"addresses" | "proxy" | null>(null);
  const [check, checking] = useCheckAddressMutation();
  const [clear, clearing] = useClearProxyMutation();
  const failed = checking.error ?? clearing.error;
  return (
    <>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3">
        <Fact label={t("brokers:row.state")}>
          <EgressWord account={account} />
        </Fact>
        <Fact label={t("brokers:account.seen")}>
          {egress.seen ? (
            <>
              {egress.seen} <Age at={egress.seen_at} fresh={-1} />
            </>
          ) : (
            <Unknown reason={t("brokers:account.never_seen")} />
          )}
        </Fact>
        <Fact label={t("brokers:account.registered")}>
          {egress.registered.length > 0 ? egress.registered.join(", ") : t("brokers:account.none_registered")}
          {egress.told_by_broker && <span className="text-xs text-faint"> {t("brokers:account.told_by_broker")}</span>}
        </Fact>
        <Fact label={t("brokers:account.proxy")}>
          <span className="break-all">{egress.proxy ?? t("brokers:account.no_proxy")}</span>
        </Fact>
      </dl>
      <p className="text-quiet">{hasText(about) && t(about)}</p>
      {egress.words && <p className="text-xs text-faint">{egress.words}</p>}
      {failed && <Notice tone="bad">{inWords(problemOf(failed))}</Notice>}
      {editing === "addresses" && <AddressesForm account={account} onDone={() => setEditing(null)} />}
      {editing === "proxy" && <ProxyForm account={account} onDone={() => setEditing(null)} />}
      {!editing && (
        <div className="flex flex-wrap gap-2">
          <Button disabled={checking.isLoading} onClick={() => check({ accountId: account.id })}>
            {t("brokers:account.check")}
          </Button>
          {!egress.told_by_broker && (
            <Button onClick={() => setEditing("addresses")}>{t("brokers:account.set_addresses")}</Button>
          )}
          <Button onClick={() => setEditing("proxy")}>{t("brokers:account.set_proxy")}</Button>
          {egress.proxy && (
            <Button look="ghost" disabled={clearing.isLoading} onClick={() => clear({ accountId: account.id })}>
              {t("brokers:account.clear_proxy")}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

interface FormProps {
  account: Account;
  onDone: () => void;
}

function AddressesForm({ account, onDone }: FormProps) {
  const [text, setText] = useState(account.egress.registered.join(", "));
  const [save, saving] = useSetAddressesMutation();
  return (
    <OneField
      label={t("brokers:account.addresses_label")}
      hint={t("brokers:account.addresses_hint")}
      text={text}
      onText={setText}
      busy={saving.isLoading}
      error={saving.error ? inWords(problemOf(saving.error)) : null}
      onDone={onDone}
      onSave={async () => {
        const addresses = text.split(/[\s,]+/).filter(Boolean);
        await save({ accountId: account.id, addressesIn: { addresses } }).unwrap();
      }}
    />
  );
}

function ProxyForm({ account, onDone }: FormProps) {
  const [text, setText] = useState("");
  const [save, saving] = useSetProxyMutation();
  return (
    <OneField
      label={t("brokers:account.proxy_label")}
      hint={t("brokers:account.proxy_hint")}
      text={text}
      onText={setText}
      busy={saving.isLoading}
      error={saving.error ? inWords(problemOf(saving.error)) : null}
      onDone={onDone}
      onSave={async () => {
        await save({ accountId: account.id, proxyIn: { proxy_url: text.trim() } }).unwrap();
      }}
    />
  );
}
