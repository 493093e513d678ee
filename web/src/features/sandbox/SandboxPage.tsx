// The switches of the sandbox behind the paper brokers: clock and market, faults, rules, scenarios, corporate actions.
import "@/text/rooms/sandbox";
import { ExternalLink } from "lucide-react";
import { inWords, problemOf } from "@/api";
import { useGetSandboxQuery } from "@/api/sandbox";
import { Button } from "@/components/button";
import { Empty, Notice, PageHead, Waiting } from "@/components/surface";
import { t } from "@/text";
import { Actions } from "./Actions";
import { Clock } from "./Clock";
import { Faults } from "./Faults";
import { Scenarios } from "./Scenarios";
import { Switches } from "./Switches";

export function SandboxPage() {
  const { data, error, refetch } = useGetSandboxQuery(undefined, {
    pollingInterval: 3000,
    skipPollingIfUnfocused: true,
    refetchOnMountOrArgChange: true,
  });
  if (!data && error) {
    const problem = problemOf(error);
    if (problem.status === 404) return <Empty title={t("sandbox:none")}>{t("sandbox:none_words")}</Empty>;
    return (
      <Notice tone="bad" className="m-4" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
        {inWords(problem)}
      </Notice>
    );
  }
  if (!data) return <Waiting rows={10} />;
  return (
    <div>
      <PageHead title={t("sandbox:title")}>
        <a
          href={data.page}
          target="_blank"
          rel="noreferrer"
          className="inline-flex items-center gap-1 text-quiet hover:text-ink max-md:min-h-11"
        >
          {t("sandbox:own_page")} <ExternalLink className="size-3.5" aria-hidden="true" />
        </a>
      </PageHead>
      <p className="max-w-3xl px-4 pb-4 text-quiet">{t("sandbox:about")}</p>
      {error && (
        <Notice tone="warning" className="mx-4 mb-4">
          {inWords(problemOf(error))}
        </Notice>
      )}
      <Clock sandbox={data} />
      <Faults brokers={data.brokers} />
      <Scenarios scenarios={data.scenarios} />
      <Switches brokers={data.brokers} />
      <Actions />
    </div>
  );
}
