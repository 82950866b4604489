import { buffer } from "node:stream/consumers";
import type { ImapFlow } from "imapflow";
import type { Account } from "../../domain/account.ts";
import type { LetterBook } from "../contract/letters.ts";
import type { Outgoing, PersonOutcome, SendOutcome } from "../contract/sending.ts";
import type { SessionHost, SessionMemory } from "../contract/sessions.ts";
import type { PublicHosts } from "../shared/public-hosts.ts";
import type { MailboxSettings } from "./about.ts";
import { providerNamed } from "./providers.ts";
import { createLetterSender, type LetterSender, type SenderBox, type SentFolder } from "./send.ts";
import type { MailServers } from "./servers.ts";
import type { SmtpPlace } from "./smtp.ts";

/**
 * What leaves a box: the sender with this box's servers, its Sent folder over the one connection, and conversations that
 * begin with a letter of ours. Such a one has a name of its own until its letter is met in the Sent folder: the book knows its
 * thread then, and the conversation goes on as that.
 *
 * - Crash between the letter and that meeting: what was begun is in the memory, and the Sent folder is read again.
 * - The answer comes first: it opens a conversation of the same thread, and the two become one at that meeting.
 */
export interface Outbox {
  send(message: Outgoing, key: string): Promise<SendOutcome>;
  /** Those of these letters that went out from here, as they were named then. */
  sentHere(messageIds: readonly string[]): Promise<readonly string[]>;
  /** This letter lies in the Sent folder; `true`: it was written here and is known. */
  metInSent(messageId: string, thread: string): Promise<boolean>;
  close(): void;
}

export interface OutboxTools {
  readonly account: Account;
  readonly settings: MailboxSettings;
  readonly servers: MailServers;
  /** What a person does when its sign-in is not taken. */
  readonly refused: string;
  readonly signIn: SenderBox["signIn"];
  readonly hosts: PublicHosts;
  readonly memory: SessionMemory;
  readonly letters: LetterBook;
  readonly accept: SessionHost["accept"];
  /** Its path, once the folders are known; absent: the box has none. */
  readonly sentFolder: () => string | undefined;
  /** Does something over the connection, when its turn has come. Rejects when the connection is gone. */
  readonly inTurn: <T>(work: (client: ImapFlow) => Promise<T>) => Promise<T>;
  /** Looks into the Sent folder soon. */
  readonly lookSoon: () => void;
  readonly now: () => number;
}

const BEGUN = "to:";
/** Providers that put what leaves by their SMTP into the Sent folder themselves. */
const FILING = ["gmail", "microsoft"];

export function createOutbox(tools: OutboxTools): Outbox {
  const { memory, servers, settings, account, accept } = tools;
  const provider = providerNamed(servers.provider);
  const smtp = placeOf(tools);
  const noted = (messageId: string): string => `begun:${messageId}`;

  const sender: LetterSender = createLetterSender({
    box: {
      from: { address: settings.address, name: account.name },
      smtp,
      filesItself: provider !== undefined && FILING.includes(provider.id),
      refused: tools.refused,
      signIn: tools.signIn,
    },
    sent: sentOf(tools),
    memory,
    letters: tools.letters,
    smtp: { lookup: tools.hosts.lookup },
    now: () => new Date(tools.now()),
  });

  return {
    async send(message, key) {
      const { letter } = message.content;
      const begins = letter !== undefined && message.chatId.startsWith(BEGUN);
      if (begins) await memory.set(noted(letter.messageId), Buffer.from(message.chatId));
      const outcome = await sender.send(message, key);
      if (outcome.kind === "sent" || outcome.kind === "uncertain") tools.lookSoon();
      return outcome;
    },
    async metInSent(messageId, thread) {
      const begun = (await memory.get(noted(messageId)))?.toString();
      if (begun !== undefined) {
        const at = new Date(tools.now());
        await accept([
          { kind: "moved", key: `begun:${messageId}`, chatId: begun, toChatId: thread, idsEnd: false, at },
        ]);
        await memory.delete(noted(messageId));
      }
      return await sender.wasSentHere(messageId);
    },
    sentHere: (messageIds) => sender.sentHere(messageIds),
    close: () => sender.close(),
  };
}

/** Encrypted, unless the operator has named the host. */
function placeOf({ servers, hosts }: Pick<OutboxTools, "servers" | "hosts">): SmtpPlace | undefined {
  const { smtp } = servers;
  if (!smtp || !hosts.mayConnect(smtp.host)) return undefined;
  return smtp.security === "none" && !hosts.isListed(smtp.host) ? { ...smtp, security: "starttls" } : smtp;
}

function sentOf({ inTurn, sentFolder }: OutboxTools): SentFolder {
  return {
    async has(messageId) {
      const path = sentFolder();
      if (path === undefined) return false;
      return await inTurn(async (client) => {
        await client.mailboxOpen(path, { readOnly: true });
        const found = await client.search({ header: { "message-id": messageId } }, { uid: true });
        return Array.isArray(found) && found.length > 0;
      });
    },
    async append(raw) {
      const path = sentFolder();
      const letter = await buffer(raw);
      if (path !== undefined) await inTurn((client) => client.append(path, letter, ["\\Seen"]));
    },
  };
}

/** Anybody with an address can be written to; what becomes of it is told by their server. */
export function findPerson(email: string | undefined, own: string): PersonOutcome {
  const address = email?.trim() ?? "";
  if (!/^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/.test(address))
    return { kind: "nobody", sentence: "This is not an e-mail address. It looks like anna@example.com." };
  if (address.toLowerCase() === own.toLowerCase())
    return { kind: "nobody", sentence: "This is the mailbox's own address. Write to somebody else." };
  const key = address.toLowerCase();
  return { kind: "found", chatId: `${BEGUN}${key}`, customer: { externalId: key, email: key } };
}
