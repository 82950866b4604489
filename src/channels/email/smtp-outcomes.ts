import type { SendOutcome } from "../contract/sending.ts";
import { errorCode } from "../shared/never-connected.ts";

/**
 * What became of a letter when SMTP did not say yes, and the sentence that its writer reads. Pure.
 *
 * A server has a mail only once it has its last line, the dot (RFC 5321, 4.1.1.4): what broke before that was certainly not
 * sent; what broke after it may have been. Replies are final: 4xx may be tried again, 5xx not (4.2.1).
 */
export interface SmtpFailure {
  /** nodemailer's word for it. */
  readonly code: string;
  /** Of the system, where that failed. */
  readonly systemCode?: string;
  readonly command?: string;
  readonly reply?: { readonly code: number; readonly text: string };
  /** Addresses that were not taken, where it was them. */
  readonly recipients: readonly string[];
}

export interface SmtpPlaceNames {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly from: string;
  /** What to do when the server does not take the sign-in. */
  readonly refused: string;
}

const SOON_MS = 10_000;
/** Greylisting takes nobody before some minutes are over. */
const LATER_MS = 120_000;
/** nodemailer's words for a sign-in that failed. */
const SIGN_IN: readonly string[] = ["EAUTH", "ENOAUTH", "EOAUTH2"];
const CERTIFICATE = /^(?:CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_SSL_)/;

export function readSmtpError(error: unknown): SmtpFailure {
  const fields = typeof error === "object" && error !== null ? (error as Readonly<Record<string, unknown>>) : {};
  const text = (key: string) => (typeof fields[key] === "string" ? fields[key] : undefined);
  const systemCode = text("originalCode") ?? errorCode(fields["cause"]);
  const command = text("command");
  const code = fields["responseCode"];
  const rejected = Array.isArray(fields["rejected"]) ? fields["rejected"] : [];
  return {
    code: errorCode(error) ?? "unknown",
    ...(systemCode !== undefined && { systemCode }),
    ...(command !== undefined && { command }),
    ...(typeof code === "number" && { reply: { code, text: replyText(text("response") ?? "") } }),
    recipients: rejected.filter((one) => typeof one === "string"),
  };
}

/** The server knows no such user, password or token. */
export function isSignInRefused(error: unknown): boolean {
  const { code, reply } = readSmtpError(error);
  return SIGN_IN.includes(code) && (reply === undefined || reply.code >= 500);
}

/** The server's own words on one line, without its codes. */
const replyText = (response: string): string => oneLine(response).replace(/^\d{3}[ -]?(?:\d\.\d{1,3}\.\d{1,3}\s)?/, "");

/** The same with the first code. */
export const oneLine = (response: string): string =>
  response
    .replace(/\s*\r?\n\d{3}[ -](?:\d\.\d{1,3}\.\d{1,3}\s)?/g, " ")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, 300);

/** @param whole the server had all of the letter when it broke */
export function outcomeOf(failure: SmtpFailure, at: SmtpPlaceNames, whole: boolean): SendOutcome {
  const { code, reply, systemCode } = failure;
  if (systemCode === "ERR_PRIVATE_ADDRESS" || code === "ERR_PRIVATE_ADDRESS")
    return down(
      "failed",
      `Mail is to leave by ${at.host}, which is at a private address, and that is not allowed. The operator of this server can list it in MAIL_PRIVATE_HOSTS if it is meant.`,
    );
  if (SIGN_IN.includes(code)) return signInOutcome(failure, at);
  if (CERTIFICATE.test(systemCode ?? code) || (code === "ETLS" && reply && reply.code >= 500))
    return untrusted(systemCode ?? code, at);
  if (reply && reply.code >= 400) return repliedOutcome(failure, reply, at);
  if (code === "EENVELOPE")
    return {
      kind: "refused",
      code: "bad-address",
      sentence:
        "An address of this letter is not one that mail can be sent to. Correct the recipients and send it again.",
    };
  if (code === "EMESSAGE") return tooLarge(at);
  if (whole)
    return {
      kind: "uncertain",
      sentence: `The letter may have been delivered: ${at.host} broke off after it had all of it. Look into the Sent folder or ask the recipient before you send it again.`,
    };
  if (code === "ESTREAM")
    return later(SOON_MS, "The attached file could not be read. The message has not left and will be tried again.");
  return later(
    SOON_MS,
    `The mail server ${at.host} cannot be reached at port ${at.port} (${systemCode ?? code}). The letter has not left and will be tried again.`,
  );
}

function signInOutcome({ reply }: SmtpFailure, at: SmtpPlaceNames): SendOutcome {
  // 454: "Temporary authentication failure" (RFC 4954); others say 421 when there are too many.
  if (reply && reply.code < 500)
    return later(
      LATER_MS,
      `The mail server ${at.host} takes no sign-in just now (${reply.text}). The letter has not left and will be tried again.`,
    );
  return down("bad-credentials", at.refused);
}

const untrusted = (code: string, { host, port }: SmtpPlaceNames): SendOutcome =>
  down(
    "failed",
    `No letter leaves by ${host} at port ${port} (${code}): its certificate is not valid for it, or it does not encrypt. Check the SMTP server's name and the kind of encryption in the settings.`,
  );

function repliedOutcome(
  failure: SmtpFailure,
  { code, text }: NonNullable<SmtpFailure["reply"]>,
  at: SmtpPlaceNames,
): SendOutcome {
  if (code < 500)
    return later(
      code === 421 ? SOON_MS : LATER_MS,
      `The mail server ${at.host} does not take the letter just now (${text}). It has not left and will be tried again.`,
    );
  if (code === 530 || code === 535) return down("bad-credentials", at.refused);
  // 552 (RFC 5321) and 5.3.4 (RFC 3463): larger than the server takes.
  if (code === 552 && failure.recipients.length === 0) return tooLarge(at);
  if (failure.command === "RCPT TO" && failure.recipients.length > 0)
    return {
      kind: "refused",
      code: "recipient-refused",
      sentence: `Not sent: ${at.host} did not take ${failure.recipients.join(", ")} (${text}). Check the address and send the letter again.`,
    };
  if (failure.command === "MAIL FROM")
    return {
      kind: "refused",
      code: "sender-refused",
      sentence: `Not sent: ${at.host} does not let ${at.user} send as ${at.from} (${text}). Check the address of the box in its settings.`,
    };
  return {
    kind: "refused",
    code: "letter-refused",
    sentence: `Not sent: ${at.host} did not take the letter (${text}).`,
  };
}

const tooLarge = ({ host }: SmtpPlaceNames): SendOutcome => ({
  kind: "refused",
  code: "too-large",
  sentence: `Not sent: the letter is larger than ${host} takes. Send links instead of files.`,
});

const later = (afterMs: number, sentence: string): SendOutcome => ({ kind: "retry", afterMs, sentence });

const down = (kind: "failed" | "bad-credentials", sentence: string): SendOutcome => ({
  kind: "account-down",
  connection: { kind, sentence },
});
