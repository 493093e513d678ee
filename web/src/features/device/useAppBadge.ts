// The number on the app's icon: how many matters need a person now.
import { useEffect } from "react";
import { pressing, useMatters } from "@/features/notices/useNotices";

export function useAppBadge(): void {
  const matters = useMatters();
  const count = matters === null ? null : pressing(matters).length;
  useEffect(() => {
    if (count === null || !("setAppBadge" in navigator)) return;
    // Refused where the product is not installed: then there is no icon to mark.
    navigator.setAppBadge(count).catch(() => undefined);
    return () => void navigator.clearAppBadge().catch(() => undefined);
  }, [count]);
}
