import type { FastifyReply } from "fastify";
import type { PortalOutcome } from "../../src/portal/contract.ts";
import type { AccountOutcome } from "../../src/relay/accounts.ts";
import { HttpError } from "../../src/server/errors.ts";
import type { PersonChange } from "../../src/store/contract/people.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Our ids are UUIDs; anything else names nothing and never reaches the database. */
export const isOurId = (value: string) => UUID.test(value);

/** @throws HttpError 404 when it can be no id of ours. */
export function ourId<Id>(value: string, brand: (value: string) => Id, what: string): Id {
  if (!isOurId(value)) throw unknown(what);
  return brand(value.toLowerCase());
}

export const unknown = (what: string) => new HttpError(404, "not_found", `There is no such ${what}.`);

/** What an admin's or agent's change of people ended in. @throws HttpError 404 or 409 with its reason, for pages. */
export function changed(change: PersonChange, what: string): { entry: string; person: string } {
  if (change.kind === "unknown") throw unknown(what);
  if (change.kind === "conflict") {
    const { reason, about = "" } = change;
    throw new HttpError(409, "conflict", change.sentence, { reason, about });
  }
  return { entry: change.entry, person: change.person };
}

/** 204. */
export const sendNothing = (reply: FastifyReply) => reply.code(204).send();

/** The HTTP ending of an account outcome that is not `done`. */
export function accountError(outcome: Exclude<AccountOutcome, { readonly kind: "done" }>): HttpError {
  switch (outcome.kind) {
    case "unknown":
      return unknown("account");
    case "invalid":
      return new HttpError(400, "invalid_request", outcome.sentence, { field: outcome.field });
    case "conflict":
      return new HttpError(409, outcome.code, outcome.sentence);
    case "backlog":
      return backlogError(outcome.count);
    case "refused":
      return outcome.by === "channel"
        ? new HttpError(422, "channel_refused", outcome.sentence)
        : new HttpError(502, "portal_refused", outcome.sentence);
  }
}

export function backlogError(count: number): HttpError {
  const waiting = count === 1 ? "1 message waits" : `${count} messages wait`;
  return new HttpError(
    409,
    "backlog",
    `${waiting} to be delivered. Say what to do with the backlog: "deliver" or "drop".`,
    { backlog: count },
  );
}

/** The portal knows the person and does not let them. */
export const isDenied = (outcome: PortalOutcome<unknown>): boolean =>
  outcome.kind === "refused" && /ACCESS|DENIED/i.test(outcome.code);

/** The HTTP ending of a portal call that is not `ok`. */
export function portalError(outcome: Exclude<PortalOutcome<unknown>, { readonly kind: "ok" }>): HttpError {
  switch (outcome.kind) {
    case "refused":
      return isDenied(outcome)
        ? new HttpError(403, "no_access", "Bitrix24 does not show this to you. Ask an administrator for access.")
        : new HttpError(502, "portal_refused", outcome.sentence);
    case "unauthorised":
      return new HttpError(403, "portal_unauthorised", outcome.sentence);
    case "withdrawn":
      return new HttpError(503, "portal_unreachable", "The portal could not be asked. Try again.");
    default:
      return new HttpError(503, "portal_unreachable", outcome.sentence);
  }
}
