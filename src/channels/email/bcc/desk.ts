import { createHash } from "node:crypto";
import type { DNSResolver } from "mailauth";
import { isBccAddress } from "../../../domain/bcc-address.ts";
import { OWN_MARKER } from "../../../mail/reading/automatic.ts";
import { readMail } from "../../../mail/reading/read-mail.ts";
import type { ReadMail } from "../../../mail/reading/read-mail-types.ts";
import type { BccHost, BccOwner, CopiedLetter, OpenLetter } from "../../contract/bcc.ts";
import { storableText } from "../../shared/clean-text.ts";
import { letterEvent } from "../letter-event.ts";
import * as say from "./answers.ts";
import type { KeptMails } from "./kept-mails.ts";
import { prove } from "./prove.ts";

/**
 * What becomes of a copy that somebody sent to an address of ours: who sent it is proved first, then it is the very letter
 * that lies in their Sent folder, or, where customers' letters are attached to it, those.
 *
 * - Crash at any point before the answer: the sender's server sends it again; what was done of it is known by the index and by
 *   its key. After it: the message is durable, and its files lie on the shelf.
 * - Twice, or seen in a mailbox as well: known, and taken with the same answer.
 * - The store, the portal or the DNS cannot be asked: "later", and nothing is remembered.
 */
export interface BccDesk {
  take(letter: CopiedMail): Promise<Taken>;
}

export interface CopiedMail {
  readonly owner: BccOwner;
  readonly source: Buffer;
  /** MAIL FROM. */
  readonly sender: string;
  readonly ip: string;
  readonly helo: string;
}

export type Taken =
  | { readonly kind: "taken"; readonly text: string }
  | { readonly kind: "refused"; readonly answer: say.SmtpAnswer };

export interface BccDeskTools {
  readonly host: BccHost;
  readonly kept: KeptMails;
  readonly resolve: DNSResolver;
  readonly name: string;
  readonly now: () => Date;
}

/** Letters that one forwarding mail may hold. */
const MOST_ATTACHED = 20;
/** Programs and people; a mailing to customers is a letter to each of them. */
const WRITTEN = ["human", "newsletter"] as const;
/** Fields that a mail has once: a second one could be put above what was signed. */
const ONCE = ["from", "subject", "date", "message-id", "to", "cc"];

const refused = (answer: say.SmtpAnswer): Taken => ({ kind: "refused", answer });
const taken = (isKnown: boolean): Taken => ({ kind: "taken", text: isKnown ? say.KNOWN : say.TAKEN });

export function createBccDesk(tools: BccDeskTools): BccDesk {
  const { host, kept } = tools;

  async function take(copy: CopiedMail): Promise<Taken> {
    const mail = await readMail(copy.source);
    const { from } = mail;
    if (isAutomatic(mail)) return refused(say.AUTOMATIC);
    if (!from || ONCE.some((name) => mail.header(name).length > 1) || mail.header("from").length !== 1)
      return refused(say.NOT_ONE_FROM);
    const proof = await prove(tools, { ...copy, from: from.address });
    if (proof.kind === "later") return refused(say.CANNOT_TELL);
    if (proof.kind === "unproved") return refused(say.unproved(domainOf(from.address)));
    const theirs = await host.writesFrom(copy.owner, from.address);
    if (theirs === "cannot-tell") return refused(say.CANNOT_TELL);
    if (theirs === "no") return refused(say.notTheirs(from.address));
    const sent = await tellSent(copy, mail, from.address);
    return sent ?? (await tellAttached(copy, mail, from.address));
  }

  /** `undefined`: it is a letter to nobody but the portal's own people. */
  async function tellSent(copy: CopiedMail, mail: ReadMail, sender: string): Promise<Taken | undefined> {
    const begun = await host.begin(lettersFacts(copy, mail, copy.source, sender, true));
    if (begun.kind === "own") return undefined;
    if (begun.kind === "known") return taken(true);
    if (begun.kind === "shown") return taken(false);
    if (begun.kind === "busy") return refused(say.BUSY);
    return (await tell(begun, mail, copy.source, { sender, sent: true })) ? taken(false) : refused(say.NO_CUSTOMER);
  }

  /** Customers' letters that the employee forwards as they came. */
  async function tellAttached(copy: CopiedMail, mail: ReadMail, sender: string): Promise<Taken> {
    const attached = mail.attachments.filter(({ type }) => type === "message/rfc822").slice(0, MOST_ATTACHED);
    if (attached.length === 0) return refused(say.NO_CUSTOMER);
    let isKnown = true;
    for (const file of attached) {
      const source = Buffer.from(file.content());
      const letter = await readMail(source);
      if (!letter.from || letter.class !== "human") return refused(say.NOT_A_LETTER);
      const begun = await host.begin(lettersFacts(copy, letter, source, sender, false));
      if (begun.kind === "own") return refused(say.NO_CUSTOMER);
      if (begun.kind === "busy") return refused(say.BUSY);
      if (begun.kind === "known") continue;
      if (begun.kind === "shown") {
        isKnown = false;
        continue;
      }
      // A colleague's letter to the customer may be attached as well.
      const sent = !begun.isForeign(letter.from.address);
      if (!(await tell(begun, letter, source, { sender, sent }))) return refused(say.NOT_A_LETTER);
      isKnown = false;
    }
    return taken(isKnown);
  }

  /** `false`: it is none that a card could show. */
  async function tell(
    begun: OpenLetter,
    mail: ReadMail,
    source: Buffer,
    { sender, sent }: { readonly sender: string; readonly sent: boolean },
  ): Promise<boolean> {
    try {
      const ref = await kept.keep(source);
      const told = letterEvent({
        // Its files are opened out of the copy that was kept.
        pending: { ...begun.pending, folder: ref },
        mail,
        address: sender,
        sent,
        came: tools.now(),
        isForeign: begun.isForeign,
      });
      if (told.kind === "message") {
        await begun.accept(told.event);
        return true;
      }
      await begun.drop();
      await kept.drop(ref);
      return false;
    } catch (error) {
      // The copy stays, and is swept: the message may have been stored all the same, and opens its files out of it.
      await begun.drop();
      throw error;
    }
  }

  return { take };
}

function isAutomatic(mail: ReadMail): boolean {
  if (mail.header(OWN_MARKER).length > 0) return true;
  return !WRITTEN.some((one) => one === mail.class);
}

function lettersFacts(
  { owner }: CopiedMail,
  mail: ReadMail,
  source: Buffer,
  sender: string,
  sent: boolean,
): CopiedLetter {
  const written = ({ address, name }: { readonly address: string; readonly name: string }) => ({
    address: storableText(address).slice(0, 320),
    ...(name !== "" && { name: storableText(name).slice(0, 200) }),
  });
  return {
    owner,
    sender,
    print: createHash("sha256").update(source).digest(),
    ...(mail.messageId !== undefined && { messageId: storableText(mail.messageId) }),
    ...(mail.inReplyTo !== undefined && { inReplyTo: storableText(mail.inReplyTo) }),
    ...(mail.references.length > 0 && { references: mail.references.map(storableText).slice(-200) }),
    ...(mail.from && { from: written(mail.from) }),
    // Where copies go is nobody who takes part in the letter.
    to: mail.to
      .filter((box) => !isBccAddress(box))
      .map(written)
      .slice(0, 200),
    cc: mail.cc
      .filter((box) => !isBccAddress(box))
      .map(written)
      .slice(0, 200),
    subject: storableText(mail.subject).slice(0, 1_000),
    date: mail.date ?? new Date(0),
    sent,
  };
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);
