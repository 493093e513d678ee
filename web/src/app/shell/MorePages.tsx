// The pages that found no room in the bar.
import { ChevronDown } from "lucide-react";
import { useNavigate } from "react-router";
import { Menu } from "@/components/menu";
import { t } from "@/text";
import { type Place, placeName } from "./places";

export function MorePages({ pages }: { pages: readonly Place[] }) {
  const navigate = useNavigate();
  return (
    <Menu
      label={t("shell:more")}
      align="start"
      trigger={
        <button type="button" className="flex items-center gap-1 px-2 text-quiet hover:text-ink">
          {t("shell:more")}
          <ChevronDown className="size-3.5" aria-hidden="true" />
        </button>
      }
      items={pages.map((place) => ({ label: placeName(place), onSelect: () => navigate(place.to) }))}
    />
  );
}
