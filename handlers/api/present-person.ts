import type { PointAnswer } from "../../src/api/customers.ts";
import type { Account } from "../../src/domain/account.ts";
import type { ContactPoint } from "../../src/domain/person.ts";

/** @param accounts by their id: a messenger's id says nothing to people without its account */
export function presentPoint(point: ContactPoint, accounts: ReadonlyMap<string, Account>): PointAnswer {
  const account = point.kind === "messenger" ? accounts.get(point.key.slice(0, point.key.indexOf(":"))) : undefined;
  return {
    kind: point.kind,
    key: point.key,
    shown: point.shown,
    why: { ...point.why },
    at: point.createdAt.toISOString(),
    first: point.first,
    shared: point.shared,
    linkable: point.linkable,
    account: account ? { name: account.name, channel: account.channel } : null,
  };
}
