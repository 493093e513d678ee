// The address at which a broker may tell of orders: shown on demand, copied, renewed.
import "@/text/rooms/brokers";
import { type Account, inWords, problemOf } from "@/api";
import { useLazyGetPostbackQuery, useRenewPostbackMutation } from "@/api/brokers";
import { Button } from "@/components/button";
import { HoldButton } from "@/components/hold";
import { Notice } from "@/components/surface";
import { toast } from "@/components/toasts";
import { t } from "@/text";

export function Postback({ account }: { account: Account }) {
  const [show, shown] = useLazyGetPostbackQuery();
  const [renew, renewing] = useRenewPostbackMutation();
  const told = renewing.data ?? shown.data;
  const failed = renewing.error ?? shown.error;

  async function copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text);
    toast({ tone: "good", title: t("brokers:account.copied") });
  }

  return (
    <>
      {failed && <Notice tone="bad">{inWords(problemOf(failed))}</Notice>}
      {!told ? (
        <Button className="self-start" disabled={shown.isFetching} onClick={() => show({ accountId: account.id })}>
          {t("brokers:account.postback_show")}
        </Button>
      ) : (
        <>
          <p className="rounded-md border border-line bg-panel px-3 py-2 break-all">{told.url}</p>
          <p className="text-xs text-faint">{t("brokers:account.postback_words")}</p>
          {!told.reachable && <Notice tone="warning">{t("brokers:account.postback_unreachable")}</Notice>}
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => void copy(told.url)}>{t("brokers:account.copy")}</Button>
            <HoldButton
              size="md"
              look="plain"
              disabled={renewing.isLoading}
              onConfirm={() => void renew({ accountId: account.id })}
            >
              {t("brokers:account.postback_new")}
            </HoldButton>
          </div>
          <p className="text-xs text-faint">{t("brokers:account.postback_new_words")}</p>
        </>
      )}
    </>
  );
}
