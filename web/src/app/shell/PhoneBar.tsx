// The phone's top line: where the money stands, the search, and the word PAPER where it applies.
import { Search } from "lucide-react";
import { Button } from "@/components/button";
import { ConnectionPills } from "./ConnectionPills";
import { PaperWord, PrivacyEye } from "./TopBar";

export function PhoneBar({ onSearch }: { onSearch: () => void }) {
  return (
    <header className="sticky top-0 z-20 flex h-[calc(48px+env(safe-area-inset-top))] items-center gap-2 border-b border-line bg-ground pt-[env(safe-area-inset-top)] pr-1 pl-3">
      <img src="/icon.svg" alt="TradeMaster" className="size-6" />
      <PaperWord />
      <div className="min-w-0 flex-1" />
      <ConnectionPills />
      <PrivacyEye />
      <Button look="ghost" size="icon" aria-label="Search" onClick={onSearch}>
        <Search className="size-5" />
      </Button>
    </header>
  );
}
