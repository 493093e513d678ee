// What became of the login that somebody just came back from.
import "@/text/rooms/brokers";
import { Link, useSearchParams } from "react-router";
import { useListAccountsQuery } from "@/api";
import { Button } from "@/components/button";
import { Notice } from "@/components/surface";
import { hasText, Trans, t } from "@/text";

export function Outcome() {
  const [params, setParams] = useSearchParams();
  const { data: accounts } = useListAccountsQuery();
  const connected = params.get("connected");
  const failed = params.get("error");
  if (!connected && !failed) return null;
  const close = (
    <Button look="ghost" size="sm" onClick={() => setParams({}, { replace: true })}>
      {t("common:close")}
    </Button>
  );
  if (connected) {
    const label = accounts?.find((account) => account.id === connected)?.label;
    return (
      <Notice className="mx-4 mb-3" action={close}>
        <Trans
          k="brokers:outcome.connected"
          values={{ account: label ?? t("brokers:outcome.the_account") }}
          components={{ portfolio: <Link to="/" className="text-accent underline underline-offset-2" /> }}
        />
      </Notice>
    );
  }
  const known = `brokers:outcome.${failed}`;
  const code = (failed ?? "").replaceAll("_", " ");
  return (
    <Notice tone="bad" className="mx-4 mb-3" action={close}>
      {hasText(known) ? t(known) : t("brokers:outcome.unknown", { code })}
    </Notice>
  );
}
