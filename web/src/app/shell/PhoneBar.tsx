// The phone's top line: where the money stands, how the brokers are, search, notices and the kill switch one tap away.
import { Search } from "lucide-react";
import { Link } from "react-router";
import { Button } from "@/components/button";
import { Amount, Gain, Percent } from "@/components/figures";
import { KillButton } from "@/features/kill/KillButton";
import { Bell } from "@/features/notices/Bell";
import { t } from "@/text";
import { ConnectionCluster } from "./ConnectionPills";
import { useHeadFigures } from "./figures";
import { PaperWord } from "./TopBar";

function Money() {
  const { value, day, dayPercent, reason } = useHeadFigures();
  return (
    <Link to="/" data-head className="min-w-0 flex-1 leading-none">
      <span className="flex items-center gap-1.5">
        <span className="text-base font-semibold">
          <span className="sr-only">{t("shell:value")} </span>
          <Amount value={value} brief reason={reason} />
        </span>
        <PaperWord />
      </span>
      <span className="block truncate text-2xs">
        <span className="sr-only">{t("shell:day")} </span>
        <Gain value={day} brief reason={reason} /> {dayPercent !== null && <Percent value={dayPercent} />}
      </span>
    </Link>
  );
}

export function PhoneBar({ onSearch }: { onSearch: () => void }) {
  return (
    <header className="sticky top-0 z-20 flex h-[calc(52px+env(safe-area-inset-top))] items-center border-b border-line bg-ground pt-[env(safe-area-inset-top)] pr-0.5 pl-3">
      <Money />
      <ConnectionCluster />
      <Button look="ghost" size="icon" aria-label={t("shell:search")} onClick={onSearch} className="max-[350px]:w-9">
        <Search className="size-5" />
      </Button>
      <Bell />
      <KillButton />
    </header>
  );
}
