// A part of a page: its heading and words on the left, its controls on the right; under each other on the phone.
import { cx } from "@/lib/classes";

interface Props {
  title: string;
  about?: string;
  id?: string;
  /** How wide the controls may be. */
  room?: "narrow" | "middle" | "wide";
  className?: string;
  children: React.ReactNode;
}

const rooms = {
  narrow: "lg:grid-cols-[220px_minmax(0,460px)]",
  middle: "lg:grid-cols-[220px_minmax(0,520px)]",
  wide: "lg:grid-cols-[220px_minmax(0,640px)]",
};

export function Part({ title, about, id, room = "middle", className, children }: Props) {
  return (
    <section
      id={id}
      className={cx("grid scroll-mt-14 gap-x-8 gap-y-3 border-t border-line px-4 py-5", rooms[room], className)}
    >
      <div>
        <h2 className="font-medium">{title}</h2>
        {about && <p className="text-xs text-faint">{about}</p>}
      </div>
      <div className="flex min-w-0 flex-col gap-4">{children}</div>
    </section>
  );
}
