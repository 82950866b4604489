/** The nouns of an emulated portal. Plain data, so that a snapshot is one JSON away. */
import type { Fields } from "./values.ts";

/** What the developer's console knows about an application. */
export interface ApplicationCard {
  clientId: string;
  clientSecret: string;
  code: string;
  version: number;
  title: string;
  scope: string[];
  /** Application URL: the page opened from the menu. */
  applicationUrl: string;
  /** Installer URL: the page opened once, in a slider, for the administrator. */
  installUrl: string;
  /** Where an outside login returns to. */
  redirectUrl: string;
}

export interface InstalledApplication {
  readonly id: number;
  readonly clientId: string;
  applicationToken: string;
  scope: string[];
  version: number;
  status: "F" | "D" | "T" | "P" | "L";
  /** False until installFinish: no events, no widgets. */
  installed: boolean;
  paymentExpired: boolean;
  installedBy: number;
}

export interface PortalUser {
  readonly id: number;
  name: string;
  lastName: string;
  email: string;
  phone: string;
  active: boolean;
  admin: boolean;
  /** Extranet people may not use CRM. */
  extranet: boolean;
  crmAccess: boolean;
  /** Changes, makes and deletes open lines; absent: whoever is an administrator. */
  changesLines?: boolean | undefined;
  /** A role that may read those cards alone for which the person is responsible. */
  crmOwnOnly?: boolean | undefined;
  kind: "employee" | "connector" | "bot";
  /** Ids of departments; of an employee who names none the first one. */
  departments?: number[] | undefined;
  /** State of the working day (`timeman.status`); OPENED when not told. */
  workday?: "OPENED" | "PAUSED" | "CLOSED" | "EXPIRED" | undefined;
  /** Not online (`IS_ONLINE` of `user.get`). */
  offline?: boolean | undefined;
  /** On vacation until then (`absent` of `im.user.list.get`). */
  absentUntil?: Date | undefined;
  /** Only for customers: `connector|external id`, shared by all lines. */
  externalKey?: string | undefined;
  gender?: string | undefined;
  avatar?: string | undefined;
  url?: string | undefined;
}

export interface EventBinding {
  readonly id: number;
  readonly clientId: string;
  readonly event: string;
  readonly handler: string;
  readonly authType: number;
  /** Set when a plain user bound it: only that user's actions reach it. */
  readonly onlyUserId?: number | undefined;
  readonly offline: boolean;
}

export interface PlacementBinding {
  readonly id: number;
  readonly clientId: string;
  readonly placement: string;
  readonly handler: string;
  title: string;
  description: string;
  langAll: Fields;
  options: Fields;
  userId: number;
}

export interface Connector {
  readonly id: string;
  readonly clientId: string;
  name: string;
  icon: string;
  placementHandler: string;
  deleteExternalMessages: boolean;
  editInternalMessages: boolean;
  deleteInternalMessages: boolean;
  newsletter: boolean;
  needSystemMessages: boolean;
  needSignature: boolean;
  chatGroup: boolean;
}

/** One account of a connector on one line. */
export interface ConnectorStatus {
  readonly connector: string;
  readonly line: number;
  active: boolean;
  connection: boolean;
  register: boolean;
  error: boolean;
  data: Record<string, string>;
}

export interface OpenLine {
  readonly id: number;
  config: Fields;
  /** People who are given its chats. */
  queue: number[];
  /** As it was set, people and departments; absent: people alone, by `queue`. */
  queueEntries?: readonly { readonly type: "user" | "department"; readonly id: number }[] | undefined;
  /** As whom agents are shown, by their ids; of the others nothing is set. */
  shownAs?: Readonly<Record<string, Fields>> | undefined;
  deleted: boolean;
}

export interface CrmLinks {
  lead: number;
  company: number;
  contact: number;
  deal: number;
}

export interface Chat {
  readonly id: number;
  title: string;
  readonly connector: string;
  readonly line: number;
  readonly externalChatId: string;
  readonly externalUserId: string;
  /** The customer as a portal user. */
  readonly portalUserId: number;
  /** connector|line|external chat id|portal user id */
  readonly userCode: string;
  ownerId: number;
  /** Employees who are participants. */
  members: number[];
  crm: CrmLinks;
  currentSessionId: number;
  sessionIds: number[];
  messageIds: number[];
  pinnedBy: number[];
  readonly createdAt: number;
}

export interface Session {
  readonly id: number;
  readonly chatId: number;
  readonly line: number;
  readonly connector: string;
  readonly parentId: number;
  state: "new" | "answered" | "closed";
  operatorId: number;
  /** A bot has it, until then at most; 0: as long as it likes. */
  botUntil?: number | undefined;
  spam: boolean;
  readonly startedAt: number;
  closedAt: number | null;
  activityId: number;
  /** Stars of a supervisor; 0: none yet. */
  headVote: number;
  headComment: string | null;
}

export interface PortalFile {
  readonly id: number;
  /** 0 until the message that carries it has its chat. */
  chatId: number;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly authorId: number;
  readonly createdAt: number;
}

export interface Message {
  readonly id: number;
  readonly chatId: number;
  readonly sessionId: number;
  /** 0 = the system. */
  readonly authorId: number;
  readonly from: "customer" | "operator" | "system";
  text: string;
  readonly createdAt: number;
  readonly fileIds: number[];
  /** Ids of the outside system, given by send.messages or send.status.delivery. */
  connectorMid: string[];
  /** An operator's message that the connector has not confirmed yet. */
  sending: boolean;
  edited: boolean;
  deleted: boolean;
  /** How this message reached the portal: which REST request carried it. */
  readonly requestSequence: number | null;
}

export interface CrmItem {
  readonly id: number;
  readonly entityTypeId: number;
  fields: Fields;
}

export interface CrmActivity {
  readonly id: number;
  fields: Fields;
  /** Below it, put there by an application. */
  blocks?: Fields;
}

export interface ActivityBinding {
  readonly entityTypeId: number;
  readonly entityId: number;
}

export interface TimelineComment {
  readonly id: number;
  readonly entityType: string;
  readonly entityId: number;
  text: string;
  readonly authorId: number;
  readonly createdAt: number;
  readonly files: string[];
}

export interface Notification {
  readonly id: number;
  userId: number;
  message: string;
  tag: string;
  clientId: string;
  readonly at: number;
  /** The employee in whose name it is; absent: the application's own. */
  readonly by?: number;
}

export interface CrmStage {
  entityId: string;
  statusId: string;
  name: string;
  sort: number;
  semantics: string | null;
  categoryId: number | null;
}
export interface CrmCategory {
  id: number;
  name: string;
  sort: number;
  isDefault: boolean;
}

/** A message provider that an application has registered. */
export interface MessageProvider {
  readonly clientId: string;
  readonly code: string;
  name: string;
  description: string;
  handler: string;
}

/** What an employee or an automation sends through one. */
export interface ProviderMessage {
  readonly id: string;
  readonly clientId: string;
  readonly code: string;
  readonly senderId: number;
  /** Every status that the application told, in order. */
  readonly statuses: string[];
}
