import type { Portal } from "../src/domain/portal.ts";
import { HttpError } from "../src/server/errors.ts";
import { sameSecret } from "../src/server/same-secret.ts";

/**
 * What a portal sends is genuine when it carries the application token that the portal was given at installation.
 * @throws HttpError 401 without one, 403 where it is not the portal's
 */
export function provePortal(portal: Portal | undefined, token: string | undefined): Portal {
  if (token === undefined) throw new HttpError(401, "not_proved", "The event carries no application_token.");
  if (!portal || !sameSecret(portal.applicationToken, token)) throw foreignPortal();
  return portal;
}

export const foreignPortal = () =>
  new HttpError(403, "not_proved", "The event does not come from a portal where Threadline is installed.");
