/**
 * Mails by machines in the standard forms: delivery reports (RFC 3464), receipts (RFC 8098), complaints (RFC 5965), all of
 * them multipart/report. Pure; never throws. A report that breaks the standard falls through to `bounce-texts.ts`.
 */
import { decodeText } from "./charset.ts";
import { readStructured } from "./header-fields.ts";
import { MailHeaders, messageIdsIn } from "./mail-headers.ts";
import { bareAddress } from "./mailboxes.ts";
import type { MailPart } from "./mime-tree.ts";
import { oneLine } from "./one-line.ts";
import type { Bounce, BouncedRecipient, Complaint, Mailbox } from "./read-mail-types.ts";
import { verdictOf } from "./smtp-status.ts";

/** `delivered` stands for reports that bring good news: reached, relayed, handed to a list. */
export type DeliveryReport = Bounce | { readonly kind: "delivered" };

/** Every part of a tree, from the top down. */
function partsOf(root: MailPart): readonly MailPart[] {
  return [root, ...root.parts.flatMap(partsOf)];
}

/**
 * What a report says of deliveries; undefined when the mail is none, or names no recipient.
 * @param text what it says in words, for where its fields say nothing of why
 */
export function deliveryReport(root: MailPart, text: string): DeliveryReport | undefined {
  const statuses = partsOf(root).filter(({ type }) => /^message\/(global-)?delivery-status$/.test(type));
  const groups = statuses.flatMap((part) => fieldGroups(part));
  const recipients = groups.filter(
    (group) => group.has("final-recipient") || group.has("original-recipient") || group.has("action"),
  );
  if (recipients.length === 0) return undefined;
  const judged = recipients.map((group) => judge(group, text.slice(0, 2000)));
  for (const kind of ["hard", "soft", "delay"] as const) {
    if (!judged.some((each) => each.kind === kind)) continue;
    const failed = kind === "delay" ? ["delay"] : ["hard", "soft"];
    return { kind, recipients: judged.filter((each) => failed.includes(each.kind)).map(({ recipient }) => recipient) };
  }
  return { kind: "delivered" };
}

interface Judged {
  readonly kind: "hard" | "soft" | "delay" | "delivered";
  readonly recipient: BouncedRecipient;
}

function judge(group: MailHeaders, text: string): Judged {
  const action = /^[\s]*([a-z]+)/i.exec(group.first("action"))?.[1]?.toLowerCase() ?? "";
  const said = /[245]\.\d{1,3}\.\d{1,3}/.exec(group.first("status"))?.[0];
  const diagnostic = oneLine(group.words("diagnostic-code").replace(/^\s*[\w-]+\s*;/, ""));
  const saysWhy = diagnostic !== "" || (said !== undefined && said !== "5.0.0");
  const verdict = verdictOf(said, saysWhy ? diagnostic : text);
  const recipient: BouncedRecipient = {
    address: recipientOf(group),
    status: verdict.status,
    diagnostic: diagnostic === "" ? undefined : diagnostic,
  };
  if (action === "delayed") return { kind: "delay", recipient };
  if (["delivered", "relayed", "expanded"].includes(action)) return { kind: "delivered", recipient };
  if (action !== "failed" && said?.startsWith("2")) return { kind: "delivered", recipient };
  return { kind: verdict.kind, recipient };
}

/** The address that was written to, where the report knows it: a forwarding may have made another of it. */
function recipientOf(group: MailHeaders): string {
  for (const name of ["original-recipient", "final-recipient", "x-actual-recipient"]) {
    const value = group
      .first(name)
      .replace(/^[^;]*;/, "")
      .replace(/\+(2B|3D)/g, (_, code) => (code === "2B" ? "+" : "="));
    // A pipe or a file has the address somewhere within.
    const address = bareAddress(value) ?? bareAddress(/[^\s<>|()]{1,128}@[^\s<>|()]{1,255}/.exec(value)?.[0] ?? "");
    if (address !== undefined) return address;
  }
  return "";
}

/** The blocks of header-like fields of a status part. */
function fieldGroups(part: MailPart): readonly MailHeaders[] {
  return decodeText(part.bytes, part.parameters.get("charset"))
    .replace(/\r\n?/g, "\n")
    .split(/\n[ \t]*\n+/)
    .map(fieldsOf)
    .filter((group) => group.size > 0);
}

/** Folded `Name: value` lines; anything else is passed over. */
function fieldsOf(block: string): MailHeaders {
  const lines = block
    .replace(/\r\n?/g, "\n")
    .replace(/\n[ \t]+/g, " ")
    .split("\n");
  return new MailHeaders(
    lines.flatMap((line) => {
      const [, key, value = ""] = /^([!-9;-~]+)[ \t]*:[ \t]*(.*)$/.exec(line) ?? [];
      return key === undefined ? [] : [{ key: key.toLowerCase(), value }];
    }),
  );
}

/** The mail says that it is such a report; the part itself may have been lost on the way. */
const namesReport = ({ headers }: MailPart, kind: string): boolean => {
  const { value, parameters } = readStructured(headers.first("content-type"));
  return value === "multipart/report" && parameters.get("report-type")?.toLowerCase() === kind;
};

export function feedbackReport(root: MailPart): Complaint | undefined {
  const part = partsOf(root).find(({ type }) => type === "message/feedback-report");
  if (part === undefined) return namesReport(root, "feedback-report") ? { type: "abuse", recipients: [] } : undefined;
  const fields = fieldsOf(decodeText(part.bytes, undefined));
  const type = fields.first("feedback-type").trim().toLowerCase();
  const named = [...fields.all("original-rcpt-to"), ...fields.all("removal-recipient")];
  return { type: type === "" ? "abuse" : type, recipients: addressesIn(named) };
}

/**
 * Reports that are older than the standard. Microsoft's: the mail as it came, with whom it went to in a header of its own.
 * SpamCop's: the mail quoted in a text, its reader made unknown.
 */
export function oldComplaint(
  from: Mailbox | undefined,
  returned: MailHeaders | undefined,
  subject: string,
): Complaint | undefined {
  if (/@(?:[\w.-]+\.)?spamcop\.net$/.test(from?.address ?? "") && /^\s*\[spamcop\b/i.test(subject)) {
    return { type: "abuse", recipients: [] };
  }
  if (returned === undefined || !/^\s*complaint about message from /i.test(subject)) return undefined;
  return { type: "abuse", recipients: addressesIn(returned.all("x-hmxmroriginalrecipient")) };
}

/** Each once. With or without the kind of address before it (RFC 3464). */
function addressesIn(values: readonly string[]): readonly string[] {
  const found = values.flatMap((value) => bareAddress(value.replace(/^\s*rfc822\s*;/i, "")) ?? []);
  return [...new Set(found.map((one) => one.toLowerCase()))];
}

export interface Receipt {
  /** "displayed", "deleted", "dispatched", "processed" … */
  readonly disposition: string;
  readonly originalMessageId: string | undefined;
  /** Who was written to; "" where it is not told. */
  readonly recipient: string;
}

export function dispositionReport(root: MailPart): Receipt | undefined {
  const part = partsOf(root).find(({ type }) => /^message\/(global-)?disposition-notification$/.test(type));
  if (part === undefined) {
    const named = namesReport(root, "disposition-notification");
    return named ? { disposition: "displayed", originalMessageId: undefined, recipient: "" } : undefined;
  }
  const fields = fieldsOf(decodeText(part.bytes, undefined));
  const disposition = /;\s*([a-z-]+)/i.exec(fields.first("disposition"))?.[1]?.toLowerCase();
  return {
    disposition: disposition ?? "displayed",
    originalMessageId: messageIdsIn(fields.first("original-message-id"))[0],
    recipient: recipientOf(fields),
  };
}

/**
 * Dovecot dresses refusals up as receipts: a full mailbox, a rule of the owner's (RFC 5429). Nobody has read anything.
 * @param text what the report says in words
 */
export function refusalReport(receipt: Receipt, headers: MailHeaders, text: string): Bounce | undefined {
  const words = text.slice(0, 2000);
  const refuses = headers.all("auto-submitted").some((value) => /\(rejected\)/i.test(value));
  const says = receipt.disposition === "deleted" && /\b(?:was|been) automatically rejected\b/i.test(words);
  if (!refuses && !says) return undefined;
  const { kind, status } = verdictOf(undefined, words);
  const why = oneLine(words.replace(/^[^\n]*automatically rejected:?/i, ""));
  const recipient = { address: receipt.recipient, status, diagnostic: why === "" ? undefined : why };
  return { kind, recipients: [recipient] };
}

/** The headers of the mail that a report brings back, whole or in part. */
export function returnedHeaders(root: MailPart): MailHeaders | undefined {
  const part = partsOf(root)
    .slice(1)
    .find(({ type }) => /^(message\/(rfc822|global|partial)|(text|message)\/(rfc822|global)-headers)$/.test(type));
  if (part === undefined) return undefined;
  const text = decodeText(part.bytes.subarray(0, 200_000), part.parameters.get("charset")).replace(/\r\n?/g, "\n");
  return fieldsOf(text.replace(/^\n+/, "").split("\n\n", 1)[0] ?? "");
}

/** Headers that a text quotes below its own words. */
export function quotedHeaders(text: string): MailHeaders {
  return fieldsOf(text.replace(/^[ \t>|]{1,20}(?=[!-9;-=?-{}~]{1,80}[ \t]*:)/gm, ""));
}

/**
 * The Message-ID out of a text that quotes headers; the last one, because what comes before may be the report's own. Some show
 * it within a line: in a table, or behind the time of a protocol.
 */
export function quotedMessageId(text: string): string | undefined {
  const lines = /^[> \t|]{0,20}message-id[ \t]*:[ \t]*(?:\n[> \t|]{0,20})?(<[^<>\s]{1,1000}>)/gim;
  const within = /\bmessage-id\b[ \t]{0,5}:?\s{0,3}(<[^<>\s@]{1,500}@[^<>\s@]{1,255}>)/gi;
  return ([...text.matchAll(lines)].at(-1) ?? [...text.matchAll(within)].at(-1))?.[1];
}
