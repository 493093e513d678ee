// One heading with its words on the left, its controls on the right; under each other on the phone.
export function Group({ title, text, children }: { title: string; text?: string; children: React.ReactNode }) {
  return (
    <section className="grid gap-x-8 gap-y-3 border-t border-line px-4 py-5 first:border-t-0 lg:grid-cols-[220px_minmax(0,460px)]">
      <div>
        <h2 className="font-medium">{title}</h2>
        {text && <p className="text-xs text-faint">{text}</p>}
      </div>
      <div className="flex min-w-0 flex-col gap-4">{children}</div>
    </section>
  );
}
