import type { ConnectionState } from "../../domain/account.ts";
import { errorCode } from "../shared/never-connected.ts";
import { providerNamed } from "./providers.ts";
import type { MailServers } from "./servers.ts";

/** What an error of the mail connection means, and what a person does about it. */

export type MailFailure =
  /** The server did not take who we say we are. */
  | { readonly kind: "refused" }
  /** It takes nobody just now: too many connections, maintenance. */
  | { readonly kind: "busy"; readonly text: string }
  /** No encrypted connection, and no other is made. */
  | { readonly kind: "untrusted"; readonly code: string }
  | { readonly kind: "private" }
  | { readonly kind: "away"; readonly code: string };

const CERTIFICATE = /^(CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_SSL_)/;
/** RFC 5530: for a while only, whoever asks. */
const PASSING = ["UNAVAILABLE", "INUSE", "LIMIT", "OVERQUOTA", "SERVERBUG"];

export function mailFailure(error: unknown): MailFailure {
  const code = errorCode(error) ?? "no answer";
  const told = toldBy(error);
  if (code === "ERR_PRIVATE_ADDRESS") return { kind: "private" };
  if (told.authenticationFailed) {
    const passes = PASSING.includes(told.serverResponseCode) || code === "ETHROTTLE";
    return passes ? { kind: "busy", text: told.responseText } : { kind: "refused" };
  }
  if (CERTIFICATE.test(code)) return { kind: "untrusted", code };
  if (told.tlsFailed) return { kind: "untrusted", code };
  return { kind: "away", code };
}

function toldBy(error: unknown) {
  const fields = typeof error === "object" && error !== null ? (error as Readonly<Record<string, unknown>>) : {};
  const text = (key: string): string => {
    const value = fields[key];
    return typeof value === "string" ? value.slice(0, 200) : "";
  };
  return {
    authenticationFailed: fields["authenticationFailed"] === true,
    tlsFailed: fields["tlsFailed"] === true,
    serverResponseCode: text("serverResponseCode").toUpperCase(),
    responseText: text("responseText"),
  };
}

/** Whether the command failed and the connection stands: the server said no, or bad. */
export function isSaidNo(error: unknown): boolean {
  const status = typeof error === "object" && error !== null && "responseStatus" in error ? error.responseStatus : "";
  return status === "NO" || status === "BAD";
}

/** @param again the same sign-in worked before, and this is its first refusal */
export function stateOf(failure: MailFailure, servers: MailServers, again: boolean): ConnectionState {
  const { host, port } = servers.imap;
  switch (failure.kind) {
    case "refused":
      if (again)
        return {
          kind: "transient-disconnect",
          sentence: `${host} did not take the sign-in that worked before. It is tried once more.`,
        };
      return {
        kind: "bad-credentials",
        sentence:
          providerNamed(servers.provider)?.refused ??
          `${host} did not take the user name ${servers.user} with this password. Check both; some providers want a password made for mail programs, or IMAP to be allowed in the box's settings first.`,
      };
    case "busy":
      return {
        kind: "transient-disconnect",
        sentence: `${host} takes no sign-in just now (${failure.text || "no reason given"}). It will be tried again.`,
      };
    case "untrusted":
      return {
        kind: "failed",
        sentence: `There is no safe connection to ${host} at port ${port} (${failure.code}): its certificate is not valid for it, or it does not encrypt. Check the server's name and the kind of encryption in the settings.`,
      };
    case "private":
      return {
        kind: "failed",
        sentence: `${host} is at a private address, which is not allowed. The operator of this server can list it in MAIL_PRIVATE_HOSTS if that is meant.`,
      };
    case "away":
      return {
        kind: "transient-disconnect",
        sentence: `The mail server ${host} cannot be reached at port ${port} (${failure.code}). It will be tried again; check the server's name in the settings if this stays.`,
      };
  }
}
