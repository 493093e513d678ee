// An account by its badge and label; by its id where it is no longer connected.
import type { Account } from "@/api";
import { BrokerBadge } from "@/components/badge";

export function AccountName({ id, accounts }: { id: string; accounts: readonly Account[] }) {
  const account = accounts.find((each) => each.id === id);
  if (!account) return <span>{id}</span>;
  return (
    <span className="inline-flex items-center gap-1.5">
      <BrokerBadge broker={account.broker} /> {account.label}
    </span>
  );
}
