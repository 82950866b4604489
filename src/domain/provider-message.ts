import type { AccountId, MessageId, PortalId } from "./ids.ts";
import type { EntityType } from "./person.ts";

/** What the CRM of a portal sends through an account of ours, as through an SMS provider. */
export interface ProviderMessage {
  readonly portal: PortalId;
  /** The portal's own id of it: it is sent once, however often the portal asks. */
  readonly key: string;
  /** Under which the portal knows the account. */
  readonly code: string;
  readonly account: AccountId;
  /** As the portal gave it. */
  readonly phone: string;
  readonly text: string;
  /** The employee who sends it; absent: an automation does. */
  readonly authorId?: string;
  /** The card that it was sent from. */
  readonly card?: { readonly type: EntityType; readonly id: string };
  readonly askedAt: Date;
}

/** How the portal is told of it: https://apidocs.bitrix24.com/api-reference/messageservice/messageservice-message-status-update.html */
export type ProviderStatus = "queued" | "sent" | "delivered" | "undelivered" | "failed";

/** One that somebody works on. */
export interface ProviderTask extends ProviderMessage {
  /** It stands in a conversation. */
  readonly message?: MessageId;
  /** It could not be sent at all: why, in a sentence. */
  readonly trouble?: string;
  /** What the portal was told last. */
  readonly told?: ProviderStatus;
  readonly toldWords: boolean;
  /** How often in a row something was in the way. */
  readonly attempts: number;
  /** How often the message's state had changed by then. */
  readonly changes: number;
}
