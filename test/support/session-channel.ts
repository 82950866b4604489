import { Readable } from "node:stream";
import { z } from "zod";
import type { MediaOutcome, PersonOutcome, SendOutcome } from "../../src/channels/contract/sending.ts";
import type { Session, SessionHost, SessionPrompt } from "../../src/channels/contract/sessions.ts";
import type { ChannelAdapter } from "../../src/channels/contract.ts";
import type { Account, ConnectionState } from "../../src/domain/account.ts";
import { NO_PARTS } from "./parts.ts";
import { everywhere } from "./words.ts";

/** One connection as it was opened, with what a test does at the vendor's end of it. */
export class FakeSession implements Session {
  readonly account: Account;
  readonly host: SessionHost;
  readonly sent: { readonly text: string; readonly key: string; readonly files: readonly string[] }[] = [];
  readonly answered: string[] = [];
  loggedOut = false;
  ended = false;
  /** What the next call of `send` answers; a pending promise never answers. */
  next: Promise<SendOutcome> | undefined;
  /** What a message waits for before it asks whether it may leave; absent: it asks nobody. */
  turn: Promise<void> | undefined;
  /** How many have come to wait. */
  waiting = 0;
  /** Hears what it was told then. */
  said: (may: boolean | undefined) => void = () => undefined;
  /** Does not end when it is told to. */
  stubborn = false;
  readonly closed: Promise<void>;
  private resolveClosed: () => void = () => undefined;

  constructor(account: Account, host: SessionHost) {
    this.account = account;
    this.host = host;
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
  }

  says(kind: ConnectionState["kind"], prompt?: SessionPrompt): void {
    this.host.state({ kind, sentence: `It is ${kind}.` }, prompt);
  }

  end(): void {
    this.ended = true;
    this.resolveClosed();
  }

  async send(message: Parameters<Session["send"]>[0], key: string): Promise<SendOutcome> {
    const files: string[] = [];
    for (const attachment of message.content.attachments) {
      const file = await message.openFile(attachment);
      const chunks: Buffer[] = [];
      for await (const chunk of file.stream) chunks.push(Buffer.from(chunk));
      files.push(Buffer.concat(chunks).toString());
    }
    if (this.turn !== undefined) {
      this.waiting += 1;
      await this.turn;
      const may = await message.leave?.();
      this.said(may);
      if (may !== true) return { kind: "retry", afterMs: 7, sentence: "Not its turn." };
    }
    this.sent.push({ text: message.content.body.text, key, files });
    return this.next ?? { kind: "sent", externalIds: [`x${this.sent.length}`] };
  }

  async edit(): Promise<SendOutcome> {
    return { kind: "sent", externalIds: ["edited"] };
  }

  async remove(): Promise<SendOutcome> {
    return { kind: "sent", externalIds: ["removed"] };
  }

  async react(): Promise<SendOutcome> {
    return { kind: "sent", externalIds: ["reacted"] };
  }

  async openMedia(ref: string): Promise<MediaOutcome> {
    if (ref === "gone") return { kind: "gone", sentence: "The vendor has it no more." };
    return { kind: "opened", stream: Readable.from([Buffer.from(`bytes of ${ref}`)]), name: `${ref}.bin` };
  }

  async findPerson(wanted: { readonly phone?: string }): Promise<PersonOutcome> {
    return { kind: "found", chatId: `chat of ${wanted.phone}`, customer: { externalId: "p1" } };
  }

  async answer(text: string): Promise<string | undefined> {
    this.answered.push(text);
    return text === "wrong" ? "The code is not right." : undefined;
  }

  async logout(): Promise<void> {
    this.loggedOut = true;
    this.says("logged-out");
    this.end();
  }

  async close(): Promise<void> {
    if (!this.stubborn) this.end();
  }
}

/** A channel of standing connections whose vendor is the test. */
export function sessionChannel(given: { readonly paced?: boolean } = {}): {
  readonly adapter: ChannelAdapter;
  readonly opened: FakeSession[];
} {
  const opened: FakeSession[] = [];
  const adapter: ChannelAdapter = {
    id: "standing",
    title: "Standing",
    sentences: [],
    description: everywhere("A messenger that a test plays."),
    icon: { svg: "<svg/>", color: "#000000" },
    capabilities: {
      textLimit: 4_000,
      captionLimit: 1_000,
      formatting: false,
      attachments: { file: { maxBytes: 1_000_000 } },
      album: false,
      edit: true,
      remove: true,
      quote: false,
      typing: false,
      receipts: "read",
      mayWriteFirst: true,
      reaction: true,
      templates: false,
      groups: false,
      parts: NO_PARTS,
      ...(given.paced === true && { paced: true }),
    },
    credentials: z.object({ phone: z.string().optional() }),
    settings: z.record(z.string(), z.unknown()),
    setup: [
      {
        id: "risk",
        title: everywhere("Link a device"),
        help: everywhere("Open the messenger on the phone and scan the code that is shown next."),
        warning: everywhere("The messenger may block a number that writes too much."),
        fields: [],
      },
    ],
    receive: () => ({ kind: "rejected", status: 403, reason: "no webhooks" }),
    send: async () => ({ kind: "retry", afterMs: 1, sentence: "never called" }),
    connect: async (account) => ({
      connection: { kind: "starting", sentence: "Starting." },
      profile: account.profile,
    }),
    disconnect: async () => undefined,
    sessions: {
      howTo: { qr: [everywhere("Scan it.")] },
      open(account, host) {
        const session = new FakeSession(account, host);
        opened.push(session);
        return session;
      },
    },
  };
  return { adapter, opened };
}
