import type { AuthorizationServer } from "./authorization.ts";
import type { EmulatedPortal } from "./portal.ts";
import { asText, type Fields } from "./values.ts";

export interface Version3Request {
  readonly portal: EmulatedPortal;
  readonly authorization: Pick<AuthorizationServer, "findAccess" | "isExpired">;
  readonly method: string;
  readonly parameters: Fields;
}

interface Version3Answer {
  readonly status: number;
  readonly body: unknown;
}

const refused = (status: number, code: string, message: string): Version3Answer => ({
  status,
  body: { error: { code, message } },
});

/**
 * REST 3.0, as far as we call it: an address of its own, errors as `{ error: { code, message } }`. By the documentation of
 * `mail.mailbox.list` (boxes of the one who asks; `email` is a part of the address).
 */
export function answerVersion3({ portal, authorization, method, parameters }: Version3Request): Version3Answer {
  const token = authorization.findAccess(asText(parameters.auth));
  if (token === undefined || token.portalId !== portal.id || authorization.isExpired(token))
    return { status: 401, body: { error: "expired_token", error_description: "The access token has expired." } };
  if (method !== "mail.mailbox.list")
    return refused(404, "BITRIX_REST_V3_EXCEPTION_METHODNOTFOUNDEXCEPTION", `Method \`${method}\` not found`);
  if (!token.scope.includes("mail"))
    return refused(400, "BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION", "Access denied");
  const part = asText(parameters.email).toLowerCase();
  const items = portal.mailboxes
    .filter(({ userId, email }) => userId === token.userId && email.toLowerCase().includes(part))
    .map(({ email }, at) => ({ id: at + 1, name: email, email, senderName: "" }));
  return { status: 200, body: { result: { items }, time: { duration: 0.1, operating: 0 } } };
}
