import { Readable } from "node:stream";
import { z } from "zod";
import type { Outgoing, OutgoingReaction, SendOutcome } from "../../src/channels/contract/sending.ts";
import type { ChannelAdapter } from "../../src/channels/contract.ts";
import type { Account } from "../../src/domain/account.ts";
import type { Content } from "../../src/domain/message.ts";
import { ALL_PARTS } from "../support/parts.ts";
import { everywhere } from "../support/words.ts";

/** A channel whose answers a test writes; everything else around the relay is real. */
export class FakeChannel implements ChannelAdapter {
  readonly id = "fake";
  readonly title = "Fake channel";
  readonly sentences = [];
  readonly description = everywhere("A channel whose answers a test writes.");
  readonly icon = { svg: "<svg/>", color: "#000" };
  /** A test may take things away. */
  capabilities: ChannelAdapter["capabilities"];
  greets?: true;
  readonly credentials = z.record(z.string(), z.unknown());
  readonly settings = z.record(z.string(), z.unknown());
  readonly setup = [];
  readonly sent: {
    readonly chatId: string;
    readonly text: string;
    readonly key: string;
    readonly files: readonly string[];
  }[] = [];
  readonly edited: { readonly externalIds: readonly string[]; readonly text: string }[] = [];
  readonly removed: (readonly string[])[] = [];
  readonly reacted: OutgoingReaction[] = [];
  /** What went out, whole. */
  readonly contents: Content[] = [];
  /** What a paced channel waits for before its request leaves. */
  turn: Promise<void> = Promise.resolve();
  waiting = 0;
  /** What the next calls of `send` answer; afterwards they simply work. */
  answers: (SendOutcome | Error)[] = [];
  files = new Map<string, string>();

  constructor(options: { readonly repeatable?: boolean } = {}) {
    this.capabilities = {
      textLimit: 100,
      captionLimit: 100,
      formatting: false,
      attachments: { photo: { maxBytes: 1000 }, file: { maxBytes: 1000 } },
      album: true,
      edit: true,
      remove: true,
      quote: true,
      typing: false,
      receipts: "none",
      mayWriteFirst: false,
      reaction: true,
      templates: true,
      groups: true,
      parts: ALL_PARTS,
      ...(options.repeatable === true && { repeatable: true }),
    };
  }

  receive() {
    return { kind: "rejected", status: 403, reason: "not used" } as const;
  }

  async send(_account: Account, message: Outgoing, key: string): Promise<SendOutcome> {
    const files: string[] = [];
    for (const attachment of message.content.attachments) files.push((await message.openFile(attachment)).name);
    const answer = this.answers.shift();
    if (this.capabilities.paced === true) {
      this.waiting += 1;
      await this.turn;
      this.waiting -= 1;
      if (!(await message.leave?.())) return { kind: "retry", afterMs: 1_000, sentence: "not its turn" };
    }
    if (answer instanceof Error) throw answer;
    if (answer && answer.kind !== "sent") return answer;
    this.contents.push(message.content);
    this.sent.push({ chatId: message.chatId, text: message.content.body.text, key, files });
    return answer ?? { kind: "sent", externalIds: [`x${this.sent.length}`] };
  }

  async edit(
    _account: Account,
    change: { readonly externalIds: readonly string[]; readonly content: Outgoing["content"] },
  ): Promise<SendOutcome> {
    this.edited.push({ externalIds: change.externalIds, text: change.content.body.text });
    return { kind: "sent", externalIds: change.externalIds };
  }

  async remove(_account: Account, change: { readonly externalIds: readonly string[] }): Promise<SendOutcome> {
    this.removed.push(change.externalIds);
    return { kind: "sent", externalIds: change.externalIds };
  }

  async react(_account: Account, reaction: OutgoingReaction): Promise<SendOutcome> {
    const answer = this.answers.shift();
    if (answer instanceof Error) throw answer;
    if (answer) return answer;
    this.reacted.push(reaction);
    return { kind: "sent", externalIds: [] };
  }

  async connect() {
    return { connection: { kind: "connected", sentence: "" }, profile: {} } as const;
  }

  async disconnect() {
    // Nothing to take away.
  }

  async openMedia(_account: Account, ref: string) {
    const bytes = this.files.get(ref);
    if (bytes === undefined) return { kind: "gone", sentence: "The file is gone." } as const;
    return { kind: "opened", stream: Readable.from([Buffer.from(bytes)]), name: `${ref}.txt` } as const;
  }
}
