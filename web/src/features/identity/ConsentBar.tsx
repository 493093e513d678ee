// Asks for a consent that is missing, over every page: it cannot be closed, for new orders wait for it.
import "@/text/rooms/consent";
import { inWords, problemOf, useListConsentsQuery } from "@/api";
import { useGiveConsentsMutation } from "@/api/person";
import { Button } from "@/components/button";
import { t } from "@/text";
import { DocumentLinks } from "./DocumentLinks";

export function ConsentBar() {
  const { data, refetch } = useListConsentsQuery();
  const [give, { isLoading, error }] = useGiveConsentsMutation();
  if (!data || data.needed.length === 0) return null;
  const { needed } = data;

  async function agree(): Promise<void> {
    const agreed = needed.map(({ document, version }) => ({ document, version }));
    const answer = await give({ consentsIn: { agreed } });
    if (answer.error) void refetch(); // another version may be in force by now
  }

  return (
    <section
      aria-label={t("consent:title")}
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-warning/40 bg-warning-tint px-4 py-2"
    >
      <p className="min-w-0 flex-1 basis-60">
        {t("consent:asked")} <DocumentLinks items={needed} />
        {error && <span className="block text-negative">{inWords(problemOf(error))}</span>}
      </p>
      <Button look="primary" size="sm" disabled={isLoading} onClick={() => void agree()}>
        {t("consent:agree")}
      </Button>
    </section>
  );
}
