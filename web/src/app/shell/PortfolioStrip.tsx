// The phone's portfolio as lists side by side: chosen above, or swiped between.
import { useDrag } from "@use-gesture/react";
import { NavLink, useLocation, useNavigate } from "react-router";
import { cx } from "@/lib/classes";
import { t } from "@/text";
import { placeName, portfolioPlaces } from "./places";

const FAR = 70; // pixels across before letting go changes the list
// What takes a sideways finger itself: rows that trade, tables and charts that move, sliders.
const OWN_SIDEWAYS = "[class*='group/swipe'], [data-sideways], canvas, input, [role=slider], [role=tablist]";

function movesSideways(start: EventTarget | null, end: Element): boolean {
  if (!(start instanceof Element)) return false;
  if (start.closest(OWN_SIDEWAYS)) return true;
  for (let at: Element | null = start; at && at !== end; at = at.parentElement) {
    if (at.scrollWidth > at.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(at).overflowX)) return true;
  }
  return false;
}

/** Where on the strip the page stands; -1 elsewhere. */
export function usePlaceOnStrip(): number {
  const { pathname } = useLocation();
  return portfolioPlaces.findIndex((place) => place.to === pathname);
}

/** Bind it to the page: a finger that goes left shows the next list, right the one before. */
export function useSwipeBetween(enabled: boolean) {
  const navigate = useNavigate();
  const at = usePlaceOnStrip();
  return useDrag(
    ({ first, last, movement: [across], event, currentTarget, memo, cancel }) => {
      const ignored = first ? movesSideways(event.target, currentTarget as Element) : Boolean(memo);
      if (ignored) {
        cancel();
        return true;
      }
      const next = portfolioPlaces[at + (across < 0 ? 1 : -1)];
      if (last && Math.abs(across) > FAR && next) navigate(next.to);
      return false;
    },
    { enabled: enabled && at >= 0, axis: "x", filterTaps: true, pointer: { touch: true } },
  );
}

export function PortfolioStrip() {
  return (
    <nav aria-label={t("shell:page.portfolio")} className="flex border-b border-line">
      {portfolioPlaces.map((place) => (
        <NavLink
          key={place.to}
          to={place.to}
          end
          replace
          className={({ isActive }) =>
            cx(
              "-mb-px flex h-11 min-w-0 flex-1 items-center justify-center border-b-2 px-1",
              isActive ? "border-accent font-medium text-ink" : "border-transparent text-quiet",
            )
          }
        >
          {placeName(place)}
        </NavLink>
      ))}
    </nav>
  );
}
