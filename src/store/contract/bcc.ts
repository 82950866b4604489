import type { AccountId, ConversationId, MessageId, PortalId } from "../../domain/ids.ts";

/** An employee's id in the portal; empty: the portal's own, for all of its employees. */
export type BccOwnerId = string;

export interface BccAddress {
  readonly key: string;
  readonly madeAt: Date;
  /** When a letter was last taken. */
  readonly usedAt?: Date;
}

/**
 * An address that a letter to it came from, proved to be its sender's. `asked`: the letter was refused, because nobody had
 * said that this is the owner's; `confirmed`: the owner did; `known`: the portal says so, as of then.
 */
export interface BccSender {
  readonly address: string;
  readonly state: "asked" | "confirmed" | "known";
  readonly seenAt: Date;
}

/** A letter that is a message here. */
export interface ToldLetter {
  readonly account: AccountId;
  readonly conversation: ConversationId;
  readonly message: MessageId;
}

/** Addresses that employees put into Bcc. Their keys are encrypted, and looked up by a keyed hash. */
export interface BccRepository {
  find(portal: PortalId, owner: BccOwnerId): Promise<BccAddress | undefined>;
  /** From then on the former key is nobody's. Senders stay. */
  put(portal: PortalId, owner: BccOwnerId, key: string): Promise<void>;
  /** Without a portal: the address is all that a foreign mail server says. */
  ownerOf(key: string): Promise<{ readonly portal: PortalId; readonly owner: BccOwnerId } | undefined>;
  used(portal: PortalId, owner: BccOwnerId, at: Date): Promise<void>;
  /** The latest first. */
  senders(portal: PortalId, owner: BccOwnerId): Promise<readonly BccSender[]>;
  /**
   * What is confirmed stays so. Of those that were only asked the latest ten are kept. Nothing is noted where there is no
   * such address of ours.
   */
  noteSender(portal: PortalId, owner: BccOwnerId, address: string, state: "asked" | "known", at: Date): Promise<void>;
  /** `false`: no letter has come from there. */
  confirmSender(portal: PortalId, owner: BccOwnerId, address: string): Promise<boolean>;
  dropSender(portal: PortalId, owner: BccOwnerId, address: string): Promise<boolean>;
  /** All that employees of the portal write from, as far as letters told: `confirmed` and `known`. */
  ownAddresses(portal: PortalId): Promise<readonly string[]>;
  /** Messages with this key (of their channel event), in whatever accounts of the portal, the oldest first. */
  told(portal: PortalId, key: string): Promise<readonly ToldLetter[]>;
  /**
   * Whether a letter with this Message-ID was written on our pages, among the latest few thousand messages: its copy comes
   * within minutes, and no index that every message had to pay for is worth it. Capitals count for nothing.
   */
  wasWrittenHere(portal: PortalId, messageId: string): Promise<boolean>;
}
