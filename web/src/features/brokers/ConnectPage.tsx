// Connecting a broker in three screens: pick it, say with which app, log in on the broker's own page.
import "@/text/rooms/brokers";
import { ArrowLeft } from "lucide-react";
import { Link, useNavigate, useParams } from "react-router";
import { type Broker, inWords, problemOf, useListBrokersQuery } from "@/api";
import { useConnectAccountMutation } from "@/api/brokers";
import { BrokerBadge } from "@/components/badge";
import { Notice, PageHead, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import { t } from "@/text";
import { CredentialsForm } from "./CredentialsForm";

function wayIn(broker: Broker): string {
  if (broker.login.kind === "form") return t("brokers:connect.form");
  return t(broker.login.app_configured ? "brokers:connect.redirect" : "brokers:connect.own_app");
}

function Pick({ brokers }: { brokers: readonly Broker[] }) {
  return (
    <ul className="max-w-2xl border-t border-line">
      {brokers.map((broker) => (
        <li key={broker.broker} className="border-b border-line">
          <Link
            to={`/brokers/connect/${broker.broker}`}
            className="flex min-h-14 items-center gap-4 px-4 py-2 hover:bg-hover"
          >
            <span className="w-28 text-base font-medium">
              <BrokerBadge broker={broker.broker} named />
            </span>
            <span className="min-w-0 flex-1 text-quiet">{wayIn(broker)}</span>
            <span aria-hidden="true" className="text-faint">
              →
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Fields({ broker }: { broker: Broker }) {
  const navigate = useNavigate();
  const [connect, { isLoading, error }] = useConnectAccountMutation();

  async function start(credentials: Record<string, string>): Promise<void> {
    try {
      const { account, login_url } = await connect({ connectIn: { broker: broker.broker, credentials } }).unwrap();
      if (login_url) {
        window.location.assign(login_url);
        return;
      }
      toast({ tone: "good", title: t("brokers:connect.is_connected", { broker: broker.name }) });
      navigate(`/brokers?connected=${account.id}`);
    } catch (_shownBelow) {
      // The mutation keeps the error; it is shown with its field.
    }
  }

  return (
    <div className="max-w-md px-4">
      <CredentialsForm
        broker={broker}
        busy={isLoading}
        problem={error ? problemOf(error) : null}
        onSubmit={start}
        action={t(broker.login.kind === "redirect" ? "brokers:connect.continue" : "brokers:connect.connect", {
          broker: broker.name,
        })}
      />
    </div>
  );
}

export function ConnectPage() {
  const { broker: name } = useParams();
  const { data, error } = useListBrokersQuery();
  const broker = data?.find((entry) => entry.broker === name);
  return (
    <div>
      <PageHead title={broker ? t("brokers:connect.title", { broker: broker.name }) : t("brokers:connect_a_broker")} />
      <p className="px-4 pb-3">
        <Link
          to={broker ? "/brokers/connect" : "/brokers"}
          className="inline-flex items-center gap-1 text-quiet hover:text-ink max-md:min-h-11"
        >
          <ArrowLeft className="size-3.5" aria-hidden="true" />{" "}
          {t(broker ? "brokers:connect.another" : "brokers:title")}
        </Link>
      </p>
      {error && (
        <Notice tone="bad" className="mx-4">
          {inWords(problemOf(error))}
        </Notice>
      )}
      {!data && !error ? <Waiting rows={4} /> : broker ? <Fields broker={broker} /> : <Pick brokers={data ?? []} />}
    </div>
  );
}
