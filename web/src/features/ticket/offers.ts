// Pure: which of an order's extras the accounts take, so that nothing is offered which nobody can carry out.
import type { Account, OrderType, Product, Validity } from "@/api";
import { t } from "@/text";

type Features = NonNullable<Account["capabilities"]>["features"];

/** The accounts an order may go to: the one named, or all that are connected. */
export const mayTake = (accounts: readonly Account[] | undefined, account: string): Account[] =>
  (accounts ?? []).filter((each) => (account === "auto" ? each.state === "connected" : each.id === account));

/** Null when an account takes it, else why not, in words. Before the accounts are known nothing is refused. */
function unless(
  accounts: readonly Account[],
  takes: (capabilities: Account["capabilities"]) => boolean,
): string | null {
  if (accounts.length === 0 || accounts.some((each) => takes(each.capabilities))) return null;
  return accounts.length === 1
    ? t("ticket:not_taken_by", { account: accounts[0]?.label })
    : t("ticket:not_taken", { count: accounts.length });
}

export const offersValidity = (accounts: readonly Account[], validity: Validity): string | null =>
  unless(accounts, (capabilities) => capabilities.validities.includes(validity));

export const offersType = (accounts: readonly Account[], type: OrderType): string | null =>
  unless(accounts, (capabilities) => capabilities.order_types.includes(type));

export const offersFeature = (accounts: readonly Account[], has: (features: Features) => boolean): string | null =>
  unless(accounts, (capabilities) => has(capabilities.features));

export const productsOffered = (accounts: readonly Account[]): Product[] => [
  ...new Set(accounts.flatMap((each) => each.capabilities.products)),
];
