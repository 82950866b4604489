import type { ChatLink } from "../domain/person.ts";

/**
 * One authorised portal, in Bitrix24's own words. Everything the platform may do to a call is one of six outcomes;
 * nothing here throws for a fault of the portal or of the network.
 *
 * A write that may have happened is never repeated inside: the caller gets `uncertain` and decides.
 */
export type PortalOutcome<T> =
  | { readonly kind: "ok"; readonly value: T }
  /** Not executed: the portal's limits are used up until then. Short waits are spent inside and never reach the caller. */
  | { readonly kind: "throttled"; readonly until: Date; readonly sentence: string }
  /** Not executed: our tokens are dead, the app is unpaid or uninstalled; a person must act. */
  | { readonly kind: "unauthorised"; readonly sentence: string }
  /** The portal understood and said no. */
  | { readonly kind: "refused"; readonly code: string; readonly sentence: string }
  /** Certainly not executed; the portal or the way to it is down. */
  | { readonly kind: "unreachable"; readonly sentence: string }
  /** It may have been executed. Only for `effect: "once"`; other calls are repeated until they are certain or unreachable. */
  | { readonly kind: "uncertain"; readonly sentence: string }
  /** `leave` said no: nothing was sent. */
  | { readonly kind: "withdrawn" };

export interface PortalCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** `read` and `repeatable` may be repeated after an ambiguous failure, `once` never. */
  readonly effect: "read" | "repeatable" | "once";
  /** How many units of work the command carries (messages of a send), for the time estimate. Default 1. */
  readonly weight?: number;
  /** Calls of the same sequence never travel in two requests at once and leave in the order they were made. */
  readonly sequence?: string;
  /** Goes as a request of its own (the portal downloads files inside the call). */
  readonly alone?: boolean;
  /** By REST 3.0, which has an address of its own (`/rest/api/`): always `alone`. */
  readonly version3?: boolean;
  /**
   * Runs once, directly before the request leaves (after all waiting for limits), so that an attempt is on record
   * before it can have an effect, and not minutes earlier. `false` withdraws the call. A throw withdraws it too and
   * is thrown to the caller.
   */
  readonly leave?: () => Promise<boolean>;
}

export interface PortalCaller {
  /** `value` is the method's bare `result`, unchecked: pass it through a schema. */
  call(call: PortalCall): Promise<PortalOutcome<unknown>>;
}

/** Open Lines operations the relay lives on. Ids of the portal are strings everywhere (it sends both forms). */
export interface OpenLines {
  /** One command; elements keep their order. The outer `ok` does not mean that elements succeeded. */
  deliverMessages(
    at: LineAddress,
    messages: readonly ConnectorMessage[],
    leave: () => Promise<boolean>,
  ): Promise<PortalOutcome<readonly ElementOutcome[]>>;
  updateMessages(
    at: LineAddress,
    messages: readonly ConnectorMessage[],
    leave: () => Promise<boolean>,
  ): Promise<PortalOutcome<readonly ElementOutcome[]>>;
  deleteMessages(
    at: LineAddress,
    messages: readonly ConnectorMessage[],
    leave: () => Promise<boolean>,
  ): Promise<PortalOutcome<readonly ElementOutcome[]>>;
  /** Clears "sending" on the operator's message; without it the portal sends no edit or delete of it. Repeatable. */
  reportDelivery(at: LineAddress, deliveries: readonly DeliveryReport[]): Promise<PortalOutcome<void>>;
  /** What the line's chat holds, oldest first. Needs chat or session id. */
  history(
    of: { readonly chatId: string } | { readonly sessionId: string },
  ): Promise<PortalOutcome<readonly HistoryMessage[]>>;
  /**
   * Stars that a supervisor gave a session, 1 to 5 (`sessionVoteHead` of `imopenlines.session.history.get`); `undefined`: none
   * yet. Whoever acts for us may not be allowed to see it: refused with `ACCESS_DENIED`.
   */
  supervisorVote(sessionId: string): Promise<PortalOutcome<number | undefined>>;
  /** Which cards the portal itself has linked the chat to (`entity_data_2` of `imopenlines.dialog.get`). */
  chatLink(chatId: string): Promise<PortalOutcome<ChatLink>>;
  /** Whoever has the chat (`owner` of `imopenlines.dialog.get`); `undefined` while nobody has taken it. */
  operatorOf(chatId: string): Promise<PortalOutcome<string | undefined>>;
  /** Gives the chat to somebody else than whoever acts for us (`imopenlines.operator.transfer`). */
  transfer(chatId: string, userId: string, leave: () => Promise<boolean>): Promise<PortalOutcome<void>>;
  /** Whoever acts for us takes the chat (`imopenlines.session.intercept`): nobody can pass one to themselves. */
  intercept(chatId: string, leave: () => Promise<boolean>): Promise<PortalOutcome<void>>;
  /** What agents write on our own pages, under their names. */
  readonly agents: AgentVoice;
  /**
   * A notification to one employee: the application's own (`im.notify.system.add`), or `by` a colleague in their name and
   * with their token (`im.notify.personal.add`). Repeatable: one with the same tag replaces the one before.
   */
  notify(userId: string, text: string, tag: string, by?: string): Promise<PortalOutcome<void>>;
}

export interface LineAddress {
  readonly connector: string;
  readonly line: string;
  /** Our chat id: the sequence key. */
  readonly chatId: string;
}

/** One element of `imconnector.send.messages`: all three blocks are always sent, the user block stable. */
export interface ConnectorMessage {
  readonly user: {
    readonly id: string;
    readonly name?: string;
    readonly lastName?: string;
    readonly pictureUrl?: string;
    readonly url?: string;
    readonly email?: string;
    readonly phone?: string;
  };
  readonly message: {
    readonly id: string;
    /** Unix seconds. The box edition ignores it. */
    readonly date: number;
    /** BBCode. */
    readonly text: string;
    readonly files: readonly { readonly url: string; readonly name: string }[];
    /** Written by this employee of the portal, not by the person of `user`. Only for what is sent anew. */
    readonly authorId?: string;
    /** The portal's tracker must not look for phones and addresses in it: they are not the customer's own. */
    readonly untracked?: boolean;
  };
  readonly chat: { readonly id: string; readonly name?: string; readonly url?: string };
}

export type ElementOutcome =
  | { readonly kind: "ok"; readonly chatId?: string; readonly sessionId?: string; readonly portalUserId?: string }
  | { readonly kind: "refused"; readonly code: string; readonly sentence: string };

export interface DeliveryReport {
  readonly imChatId: string;
  readonly imMessageId: string;
  readonly externalIds: readonly string[];
  /** Unix seconds. */
  readonly date: number;
}

export interface HistoryMessage {
  readonly id: string;
  readonly chatId: string;
  /** `0` for system messages. */
  readonly authorId: string;
  /** True when the author is the external person (a connector user), false for employees. */
  readonly fromCustomer: boolean;
  readonly system: boolean;
  /** BBCode as the portal keeps it. */
  readonly text: string;
  readonly date: Date;
  readonly fileCount: number;
  /** Ids that the portal keeps for the connector: those it was sent with, or that its delivery was reported with. */
  readonly externalIds: readonly string[];
}

/** What an administrator sets up: connector ids registered in the portal, and which of them feeds which line. */
export interface Connectors {
  /** All lines of the portal, for choosing one. */
  openLines(): Promise<PortalOutcome<readonly OpenLineInfo[]>>;
  /** Registers or updates a connector id (idempotent in the portal). */
  register(connector: ConnectorRegistration): Promise<PortalOutcome<void>>;
  /** Activates the connector on the line and sets all four data keys; the portal replaces or merges them by edition. */
  attach(
    at: ConnectorLine,
    data: { readonly id: string; readonly url: string; readonly name: string },
  ): Promise<PortalOutcome<void>>;
  detach(at: ConnectorLine): Promise<PortalOutcome<void>>;
  status(
    at: ConnectorLine,
  ): Promise<PortalOutcome<{ readonly configured: boolean; readonly active: boolean; readonly error: boolean }>>;
}

export interface ConnectorLine {
  readonly connector: string;
  readonly line: string;
}

export interface OpenLineInfo {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
}

export interface ConnectorRegistration {
  /** Lower case a-z, 0-9 and `_`; our prefix is `threadline_`. */
  readonly id: string;
  readonly title: string;
  readonly icon: { readonly svg: string; readonly color: string };
  /** Where the portal opens our SETTING_CONNECTOR page. */
  readonly handlerUrl: string;
  /** Its chats are groups: told apart by chat alone, and without the portal's CRM tracker. Default false. */
  readonly group?: boolean;
}

/** Answer to asking for a file that an event linked to. */
export type PortalFile =
  | { readonly kind: "opened"; readonly stream: NodeJS.ReadableStream; readonly mime?: string | undefined }
  /** It will never come. */
  | { readonly kind: "gone"; readonly sentence: string }
  | { readonly kind: "retry"; readonly sentence: string };

/**
 * How what an agent writes on our own pages gets into the line's chat under their name. Which of the ways a portal takes
 * well is only inferred from its documentation, so both are here behind one operation.
 *
 * - `connector`: by the connector itself, naming the employee. The portal may send it back as an event, or not.
 * - `messenger`: by the messenger, with that person's own token. It is then a reply like any other in the line, and the
 *   portal's event is what sends replies to the channel.
 */
export type VoiceWay = "connector" | "messenger";

export interface AgentVoice {
  readonly way: VoiceWay;
  /** Says it in the chat. `refused` as an element: the portal will not have it, and the conversation goes on without. */
  say(at: LineAddress, words: AgentWords, leave: Leave): Promise<PortalOutcome<Said>>;
  /** Makes what was said read so. May be repeated. */
  change(at: LineAddress, words: AgentWords, leave: Leave): Promise<PortalOutcome<Said>>;
  /** Takes it out of the chat. May be repeated. */
  withdraw(at: LineAddress, words: AgentWords, leave: Leave): Promise<PortalOutcome<Said>>;
}

type Leave = () => Promise<boolean>;

export interface AgentWords {
  /** The employee who writes. */
  readonly authorId: string;
  /** Nobody writes it at this moment: the employee only lends a name, so it is never said by their own right. */
  readonly automatic?: boolean;
  /** As the connector gives it: under the customer's name and in their chat, with an id that the portal keeps. */
  readonly message: ConnectorMessage;
  /** The portal's chat, once it has one. */
  readonly imChatId?: string;
  /** The portal's id of what was said, where it is known. */
  readonly imMessageId?: string;
}

/** `imMessageId`: only some ways tell it. */
export type Said =
  | (Extract<ElementOutcome, { readonly kind: "ok" }> & { readonly imMessageId?: string })
  | Extract<ElementOutcome, { readonly kind: "refused" }>;
