import { Readable } from "node:stream";
import type { ChannelEvent } from "../../src/channels/contract/events.ts";
import type { PaceRule, Pacer } from "../../src/channels/contract/pacing.ts";
import type { Outgoing, OutgoingChange, OutgoingReaction, WantedPerson } from "../../src/channels/contract/sending.ts";
import type { Session } from "../../src/channels/contract/sessions.ts";
import type { ChannelAdapter, ChannelRequest, PublicPlace } from "../../src/channels/contract.ts";
import type { Account } from "../../src/domain/account.ts";
import { mediaId } from "../../src/domain/ids.ts";
import type { Attachment, AttachmentKind, Content, Template } from "../../src/domain/message.ts";

/** What a channel brings to the battery, and the tools to bring it with. */

export interface ChannelHarness extends PartFacets {
  /** A channel of standing connections gives it with its calls bound to an open one (`throughSession`). */
  readonly adapter: ChannelAdapter;
  readonly account: Account;
  readonly place: PublicPlace;
  /** A chat the customer opened, where sending is allowed. */
  readonly chatId: string;
  /** Requests as the vendor really sends them, with their proofs. */
  readonly genuine: GenuineRequests;
  /**
   * The same requests with proofs that do not hold: missing, of another account, altered. At least one; where the vendor
   * never calls us, any request is forged.
   */
  forged(): readonly ChannelRequest[];
  /** Calls that left for the vendor so far; for a channel without one, deliveries put in front of the customer. */
  calls(): number;
  /** What the customer sees of our messages now, in order. */
  delivered(): Promise<readonly DeliveredMessage[]>;
  /** Real bytes of a file the channel takes as this kind. */
  file(kind: AttachmentKind): SampleFile;
  /** Where the vendor can fetch this file itself. Absent: files are handed to it. */
  link?(sample: SampleFile): string;
  /** A text of any length is shown as one message: there is nothing that could be too long. */
  readonly showsWhole?: boolean;
  /** Makes the vendor fail the next call that sends. Absent: there is no vendor that could. */
  fault?(kind: ChannelFault): Promise<void> | void;
  close(): Promise<void>;
}

/**
 * How news of the vendor comes: as a request to `receive`, or, over a standing connection, as the events that the session
 * handed to its host for it.
 */
export type Arrival = ChannelRequest | readonly ChannelEvent[] | Promise<readonly ChannelEvent[]>;

/** Each maker gives the same request whenever it is called within one harness, as a vendor that repeats itself does. */
export interface GenuineRequests {
  message(): Arrival;
  /** A customer's message of these words. Absent: the channel's own tests do what the battery does with it. */
  saying?(text: string): Arrival;
  /** Absent: customers cannot edit here (`parts.edit.in` is impossible). */
  edit?(): Arrival;
  /** News that is well-formed and proven, but of no interest. */
  ignored(): readonly Arrival[];
  /** A proven request around any body. */
  withBody(body: Buffer): ChannelRequest;
  /** A reference that `openMedia` opens, with its bytes. */
  media?(): { readonly ref: string; readonly bytes: Buffer };
}

export interface DeliveredMessage {
  readonly externalId: string;
  readonly text: string;
  readonly spans: readonly { readonly kind: string; readonly text: string }[];
  /** Sizes of its files. */
  readonly files: readonly number[];
  /** Id of the quoted message. */
  readonly quoted?: string;
  readonly place?: { readonly latitude: number; readonly longitude: number };
  /** Phones of the cards it carries. */
  readonly phones?: readonly string[];
  /** What stands on its buttons. */
  readonly buttons?: readonly string[];
}

export interface SampleFile {
  readonly bytes: Buffer;
  readonly name: string;
  readonly mime: string;
}

/**
 * `unreachable`: no connection can be made. `dropped-before`/`dropped-after`: it breaks, without or with effect.
 * `busy`: asked to wait. `refused`: the vendor says no to this message. `bad-credentials`: the account is not accepted.
 */
export type ChannelFault = "unreachable" | "dropped-before" | "dropped-after" | "busy" | "refused" | "bad-credentials";

/** What a customer can do, beside writing: one sample each, present exactly where the capability says so. */
export type SampleKind =
  /** `parts.location.in`, `parts.contact.in`, `parts.forwarded.in`, `parts.notice.in`, `parts.reaction.in`, `parts.delete.in`. */
  | "location"
  | "contact"
  | "forwarded"
  | "notice"
  | "reaction"
  | "removal"
  /** `capabilities.groups`. */
  | "group"
  /** `capabilities.receipts`, where there is a vendor that sends them. */
  | "receipt";

export interface PartFacets {
  readonly samples?: Partial<Record<SampleKind, () => Arrival>>;
  /** `capabilities.reaction`: a customer's message, an emoji it takes, and what stands on it now ("" for nothing). */
  readonly reactable?: { readonly externalId: string; readonly emoji: string; seen(): Promise<string> | string };
  /** `capabilities.templates`: one that the vendor has approved, and what the customer then reads. */
  readonly approved?: { readonly template: Template; readonly shown: string };
  /** `capabilities.mayWriteFirst`: somebody who is there, and somebody who is not. */
  readonly people?: { readonly known: WantedPerson; readonly nobody: WantedPerson };
  /** Absent: the vendor sets no limits, or the adapter keeps none. See `recordingPacer`. */
  readonly pacing?: RecordedPacing;
}

export interface RecordedPacing {
  readonly turns: readonly { readonly account: string; readonly rules: readonly PaceRule[] }[];
  readonly pauses: readonly { readonly account: string; readonly place: string; readonly until: Date }[];
}

/** A pacer that lets everything pass and remembers who asked. */
export function recordingPacer(): { readonly pacer: Pacer; readonly pacing: RecordedPacing } {
  const turns: { account: string; rules: readonly PaceRule[] }[] = [];
  const pauses: { account: string; place: string; until: Date }[] = [];
  const pacer: Pacer = {
    turn: (account, rules, signal) => {
      signal?.throwIfAborted();
      turns.push({ account, rules });
      return Promise.resolve();
    },
    pause: (account, place, until) => {
      pauses.push({ account, place, until });
      return Promise.resolve();
    },
    spend: () => Promise.resolve(),
    renew: () => Promise.resolve(),
  };
  return { pacer, pacing: { turns, pauses } };
}

/** A message whose files are these samples, in order. */
export function outgoing(
  chatId: string,
  content: Content,
  samples: readonly SampleFile[] = [],
  link?: (sample: SampleFile) => string,
): Outgoing {
  return {
    chatId,
    content,
    ...(link && {
      linkFile: (wanted: Attachment) => {
        const sample = samples[content.attachments.indexOf(wanted)];
        return sample && link(sample);
      },
    }),
    openFile: async (wanted) => {
      const sample = samples[content.attachments.indexOf(wanted)];
      if (!sample) throw new Error("the test gave no such file");
      // In pieces, so that a reader which takes the first one for all of it is found out.
      const half = Math.ceil(sample.bytes.length / 2);
      const stream = Readable.from([sample.bytes.subarray(0, half), sample.bytes.subarray(half)], {
        objectMode: false,
      });
      return { stream, name: sample.name, mime: sample.mime, size: sample.bytes.length };
    },
  };
}

/** The adapter with its calls bound to an open session, as the relay's host binds them. */
export function throughSession(adapter: ChannelAdapter, session: Session): ChannelAdapter {
  const { edit, remove, react, openMedia, findPerson } = session;
  return {
    ...adapter,
    send: (_account, message, key) => session.send(message, key),
    ...(edit && { edit: (_account: Account, change: OutgoingChange) => edit.call(session, change) }),
    ...(remove && { remove: (_account: Account, change: OutgoingChange) => remove.call(session, change) }),
    ...(react && { react: (_account: Account, reaction: OutgoingReaction) => react.call(session, reaction) }),
    ...(openMedia && {
      openMedia: (_account: Account, ref: string, signal: AbortSignal) => openMedia.call(session, ref, signal),
    }),
    ...(findPerson && { findPerson: (_account: Account, wanted: WantedPerson) => findPerson.call(session, wanted) }),
  };
}

let keys = 0;

/** A message's key as the relay makes them: another one for each message. */
export function nextKey(): string {
  keys += 1;
  return `key-${keys}`;
}

/** An attachment kept by us, as the relay hands it to an adapter. */
export function attachment(kind: AttachmentKind, sample: SampleFile): Attachment {
  const { name, mime, bytes } = sample;
  return { kind, source: { by: "media", id: mediaId("media-1") }, name, mime, size: bytes.length };
}
