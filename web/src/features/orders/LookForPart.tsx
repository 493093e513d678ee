// The owner has a broker asked at once for a part without a clear answer, and reads what came of it.
import { type ChildOrder, inWords, problemOf, useLookForPartMutation } from "@/api";
import { Button } from "@/components/button";
import { toast } from "@/components/toasts";
import { useOnline } from "@/lib/hooks";
import { timeOfDay } from "@/lib/time";
import { t } from "@/text";
import { statusOf } from "./status";

export function LookForPart({ orderId, child }: { orderId: string; child: ChildOrder }) {
  const [look, { data, error, isLoading, fulfilledTimeStamp }] = useLookForPartMutation();
  const online = useOnline();
  const still = data?.children.find((each) => each.id === child.id)?.status === "UNKNOWN";

  async function lookNow(): Promise<void> {
    const { data: order } = await look({ orderId, childId: child.id });
    const after = order?.children.find((each) => each.id === child.id);
    if (!after || after.status === "UNKNOWN") return;
    const { word } = statusOf(after.status);
    const tone = after.status === "REJECTED" ? "bad" : "good";
    toast({ tone, title: t("orders:look.known", { account: child.account_label, state: word }) });
  }

  return (
    <div className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1">
      <Button
        size="sm"
        aria-label={t("orders:look.at", { account: child.account_label })}
        disabled={isLoading || !online}
        why={online ? null : t("orders:look.offline")}
        onClick={() => void lookNow()}
      >
        {isLoading ? t("orders:look.asking", { account: child.account_label }) : t("orders:look.now")}
      </Button>
      <p role="status" className="text-xs text-quiet">
        {!isLoading && error && inWords(problemOf(error))}
        {!isLoading &&
          !error &&
          still &&
          fulfilledTimeStamp !== undefined &&
          t("orders:look.not_yet", {
            account: child.account_label,
            time: timeOfDay(new Date(fulfilledTimeStamp).toISOString()),
          })}
      </p>
    </div>
  );
}
