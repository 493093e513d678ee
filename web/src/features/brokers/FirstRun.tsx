// What a new user sees: three lines of what will happen, and two ways to begin.
import "@/text/rooms/brokers";
import { Link } from "react-router";
import { useListBrokersQuery } from "@/api";
import { buttonLook } from "@/components/button";
import { t } from "@/text";

const steps = ["connect", "see", "send"] as const;

export function FirstRun() {
  const { data: brokers } = useListBrokersQuery();
  const mock = brokers?.some(({ broker }) => broker === "mock");
  return (
    <section className="max-w-xl px-4 py-10 md:px-10">
      <h1 className="text-xl font-semibold">{t("brokers:first.title")}</h1>
      <ol className="mt-5 flex flex-col gap-4">
        {steps.map((step, index) => (
          <li key={step} className="flex gap-3">
            <span className="w-4 shrink-0 text-right text-faint">{index + 1}</span>
            <div>
              <p className="text-base font-medium">{t(`brokers:first.steps.${step}`)}</p>
              <p className="text-quiet">{t(`brokers:first.steps.${step}_words`)}</p>
            </div>
          </li>
        ))}
      </ol>
      <div className="mt-8 ml-7 flex flex-wrap items-center gap-3">
        <Link to="/brokers/connect" className={buttonLook({ look: "primary", size: "lg" })}>
          {t("brokers:connect_a_broker")}
        </Link>
        {mock && (
          <Link to="/brokers/connect/mock" className={buttonLook({ size: "lg" })}>
            {t("brokers:first.mock")}
          </Link>
        )}
      </div>
      {mock && <p className="mt-3 ml-7 text-xs text-faint">{t("brokers:first.mock_words")}</p>}
    </section>
  );
}
