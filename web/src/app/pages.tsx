// The phone's page of everything that did not fit the bar, and the one for addresses that lead nowhere.
import { ChevronRight } from "lucide-react";
import { Link } from "react-router";
import { useGetMeQuery, useMetaQuery } from "@/api";
import { PageHead } from "@/components/surface";
import { t } from "@/text";
import { furtherPlaces, operatorPlace, placeName, sandboxPlace } from "./shell/places";
import { PrivacyEye } from "./shell/TopBar";

export function MorePage() {
  const { data: meta } = useMetaQuery();
  const { data: me } = useGetMeQuery();
  const shown = [
    ...furtherPlaces,
    ...(meta?.sandbox ? [sandboxPlace] : []),
    ...(me?.role === "operator" ? [operatorPlace] : []),
  ];
  return (
    <div>
      <PageHead title={t("shell:more")}>
        <PrivacyEye />
      </PageHead>
      <ul className="border-t border-line">
        {shown.map((place) => (
          <li key={place.to} className="border-b border-line">
            <Link to={place.to} className="flex min-h-14 items-center justify-between px-4 py-2">
              <span>
                <span className="block text-base font-medium">{placeName(place)}</span>
                <span className="text-xs text-faint">{t(place.about)}</span>
              </span>
              <ChevronRight className="size-4 shrink-0 text-faint" aria-hidden="true" />
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function NotFound() {
  return (
    <div className="px-4 py-10">
      <h1 className="text-lg font-semibold">{t("shell:nowhere")}</h1>
      <Link to="/" className="text-accent underline underline-offset-2">
        {t("shell:page.overview")}
      </Link>
    </div>
  );
}
