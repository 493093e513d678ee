// Where one is logged in, each login with its device, and ending any of them.
import "@/text/rooms/settings";
import { inWords, problemOf } from "@/api";
import { useEndOtherSessionsMutation, useEndSessionMutation, useListSessionsQuery } from "@/api/person";
import { Button } from "@/components/button";
import { Notice, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import { dayTime } from "@/lib/time";
import { t } from "@/text";
import { Group } from "./layout";

export function Devices() {
  const { data, error, refetch } = useListSessionsQuery(undefined, { refetchOnMountOrArgChange: true });
  const [end, ending] = useEndSessionMutation();
  const [endOthers, endingOthers] = useEndOtherSessionsMutation();
  const failed = ending.error ?? endingOthers.error;

  async function others(): Promise<void> {
    const { data: done } = await endOthers();
    if (done) toast({ tone: "good", title: t("settings:devices.ended", { count: done.ended }) });
  }

  return (
    <Group title={t("settings:devices.title")} text={t("settings:devices.about")}>
      {error && (
        <Notice tone="bad" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {failed && <Notice tone="bad">{inWords(problemOf(failed))}</Notice>}
      {!data && !error && <Waiting rows={2} />}
      {data && (
        <ul aria-label={t("settings:devices.title")} className="border-t border-line">
          {data.items.map((session) => (
            <li key={session.id} className="flex min-h-12 items-center gap-3 border-b border-line py-1">
              <div className="min-w-0 flex-1">
                <p>
                  {session.device}
                  {session.current && <span className="text-gain"> · {t("settings:devices.this")}</span>}
                </p>
                <p className="text-xs text-faint">
                  {t("settings:devices.used", { time: dayTime(session.used_at), address: session.address })}
                </p>
              </div>
              {!session.current && (
                <Button
                  size="sm"
                  disabled={ending.isLoading}
                  aria-label={`${t("settings:devices.end")}: ${session.device}, ${dayTime(session.used_at)}`}
                  onClick={() => end({ sessionId: session.id })}
                >
                  {t("settings:devices.end")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {data && data.items.length > 1 && (
        <Button look="danger" className="self-start" disabled={endingOthers.isLoading} onClick={() => void others()}>
          {t("settings:devices.end_others")}
        </Button>
      )}
    </Group>
  );
}
