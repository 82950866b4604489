/**
 * Reading a mail: bytes of an .eml in, everything that the app knows of it out. Pure and total: no clock, no network, no
 * file; any bytes give an answer, the same each time. The workers, the setup's dry run and `npm run -s inspect -- mail` call
 * the same function.
 */

import { invitationText, readInvitation } from "./calendar.ts";
import { classify } from "./classify.ts";
import { groupOf, writerBehind } from "./groups.ts";
import { bodyOf } from "./mail-body.ts";
import { mailText } from "./mail-text.ts";
import { readTree } from "./mime-tree.ts";
import type { ReadMail } from "./read-mail-types.ts";

/**
 * Reads one mail as it lies in a mailbox (RFC 5322 with MIME), however broken.
 *
 * Costs a fraction of a millisecond for what people write, and time in proportion to its length for what nobody would.
 * Attachments are views on the bytes given or on their decoded copy. Never rejects; a promise, because whoever waits for a
 * mail waits for its bytes anyway.
 */
export async function readMail(source: Uint8Array): Promise<ReadMail> {
  const { root, broken } = readTree(source);
  const { headers } = root;
  const body = bodyOf(root);
  const calendar = body.calendars
    .map(({ text, method }) => readInvitation(text, method))
    .find((each) => each !== undefined);
  const subject = headers.words("subject");
  const written = mailText(body.blocks, subject);
  const invitation = written.text === "" && calendar !== undefined ? invitationText(calendar) : "";
  const text = invitation === "" ? written : { text: invitation, visible: invitation, folded: "" };
  const html = body.blocks.flatMap((block) => block.html ?? []);

  const senders = headers.mailboxes("sender");
  const to = headers.mailboxes("to");
  const group = groupOf(headers, [...to, ...headers.mailboxes("cc")]);
  const from = writerBehind(group, headers, headers.mailboxes("from")[0] ?? senders[0]);
  const classified = classify({ root, group, from, to, subject, text: text.text, visible: text.visible, calendar });
  return {
    messageId: headers.messageIds("message-id")[0],
    inReplyTo: headers.messageIds("in-reply-to")[0],
    references: headers.messageIds("references"),
    from,
    sender: senders[0],
    replyTo: headers.mailboxes("reply-to"),
    to,
    cc: headers.mailboxes("cc"),
    bcc: headers.mailboxes("bcc"),
    date: headers.date("date"),
    subject,
    ...text,
    html: html.length > 0 ? html.join("\n") : undefined,
    ...classified,
    calendar,
    attachments: body.attachments,
    smime: body.smime,
    tnef: body.tnef,
    broken,
    header: (name) => headers.all(name),
  };
}
