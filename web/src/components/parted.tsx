// A page of several parts with an address each: a list beside them on the desk, a list of their own on the phone.
import { ArrowLeft, ChevronRight } from "lucide-react";
import { Link, Navigate, NavLink } from "react-router";
import { cx } from "@/lib/classes";
import { usePhone } from "@/lib/hooks";

export interface PagePart {
  part: string;
  name: string;
  /** What is there, in a line. */
  about: string;
  Shown: React.ComponentType;
}

interface Props {
  title: string;
  /** The address below which the parts are. */
  root: string;
  parts: readonly PagePart[];
  /** The part of the address; none: the first at the desk, the list on the phone. */
  part: string | undefined;
  /** Below the list: ways to other pages. */
  further?: React.ReactNode;
}

export function Parted({ title, root, parts, part, further }: Props) {
  const phone = usePhone();
  const chosen = parts.find((each) => each.part === part);
  const [first] = parts;
  if ((part && !chosen) || !first) return <Navigate to={root} replace />;
  if (phone) return chosen ? <Alone {...{ title, root, chosen }} /> : <PartList {...{ title, root, parts, further }} />;
  return <Beside {...{ title, root, parts, further }} chosen={chosen ?? first} />;
}

type Rest = Omit<Props, "part">;

function PartList({ title, root, parts, further }: Rest) {
  return (
    <div>
      <h1 className="flex min-h-12 items-center px-4 text-lg font-semibold">{title}</h1>
      <ul className="border-t border-line">
        {parts.map(({ part, name, about }) => (
          <li key={part} className="border-b border-line">
            <Link to={`${root}/${part}`} className="flex min-h-14 items-center justify-between gap-3 px-4 py-2">
              <span>
                <span className="block text-base font-medium">{name}</span>
                <span className="text-xs text-faint">{about}</span>
              </span>
              <ChevronRight className="size-4 shrink-0 text-faint" aria-hidden="true" />
            </Link>
          </li>
        ))}
      </ul>
      {further}
    </div>
  );
}

function Alone({ title, root, chosen: { name, Shown } }: { title: string; root: string; chosen: PagePart }) {
  return (
    <div>
      <div className="flex min-h-12 items-center gap-1 pr-4">
        <Link to={root} aria-label={title} className="grid size-11 place-items-center text-quiet">
          <ArrowLeft className="size-5" aria-hidden="true" />
        </Link>
        <h1 className="text-lg font-semibold">{name}</h1>
      </div>
      <Shown />
    </div>
  );
}

function Beside({ title, root, parts, further, chosen: { part, name, Shown } }: Rest & { chosen: PagePart }) {
  return (
    <div className="flex min-h-full">
      <nav aria-label={title} className="w-44 shrink-0 border-r border-line py-3">
        <p className="px-4 pb-2 text-lg font-semibold">{title}</p>
        <ul>
          {parts.map((each) => (
            <li key={each.part}>
              <NavLink
                to={`${root}/${each.part}`}
                aria-current={each.part === part ? "page" : undefined}
                className={cx(
                  "flex h-8 items-center border-l-2 px-4 hover:bg-hover",
                  each.part === part ? "border-accent font-medium text-ink" : "border-transparent text-quiet",
                )}
              >
                {each.name}
              </NavLink>
            </li>
          ))}
        </ul>
        {further}
      </nav>
      <section aria-labelledby="part" className="min-w-0 flex-1">
        <h1 id="part" className="px-4 pt-4 pb-3 text-base font-semibold">
          {name}
        </h1>
        <Shown />
      </section>
    </div>
  );
}
