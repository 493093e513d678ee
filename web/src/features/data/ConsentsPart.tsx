// What this user agreed to, when and from where, and what is still asked.
import "@/text/rooms/consent";
import { inWords, problemOf, useListConsentsQuery } from "@/api";
import { Button } from "@/components/button";
import { Part } from "@/components/part";
import { Notice, Waiting } from "@/components/surface";
import { DocumentLinks, documentName } from "@/features/identity/DocumentLinks";
import { dayTime } from "@/lib/time";
import { t } from "@/text";

export function ConsentsPart() {
  const { data, error, refetch } = useListConsentsQuery();
  return (
    <Part title={t("consent:title")} about={t("consent:about")}>
      {error && (
        <Notice tone="bad" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {!data && !error && <Waiting rows={1} />}
      {data && data.needed.length + data.given.length === 0 && <p className="text-quiet">{t("consent:none")}</p>}
      <ul className="flex flex-col gap-1">
        {data?.needed.map((one) => (
          <li key={`${one.document} ${one.version}`}>
            <DocumentLinks items={[one]} /> <span className="text-warning">{t("consent:waits")}</span>
          </li>
        ))}
        {data?.given.map((one) => (
          <li key={`${one.document} ${one.version}`}>
            {documentName(one)}{" "}
            <span className="text-quiet">
              {t("consent:given", { when: dayTime(one.at), address: one.address || "–" })}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}
