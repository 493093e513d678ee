// A group of settings.
import { Part } from "@/components/part";

export function Group({ title, text, children }: { title: string; text?: string; children: React.ReactNode }) {
  return (
    <Part title={title} about={text} room="narrow" className="first:border-t-0">
      {children}
    </Part>
  );
}
