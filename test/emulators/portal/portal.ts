import { randomBytes } from "node:crypto";
import type { AccessToken, AuthorizationServer, PortalFacts } from "./authorization.ts";
import { Automation } from "./automation.ts";
import { CrmStore } from "./crm-store.ts";
import type { EventSender } from "./events.ts";
import type { FaultPlan } from "./faults.ts";
import { LeakyBucket, OperatingBudget } from "./limits.ts";
import { defaultLineConfig } from "./line-defaults.ts";
import type * as model from "./model.ts";
import type { PortalSettings } from "./options.ts";
import { type Fields, phpObject } from "./values.ts";

/** What a portal needs from the emulator around it. */
export interface PortalServices {
  readonly now: () => number;
  readonly authorization: AuthorizationServer;
  readonly events: EventSender;
  readonly faults: FaultPlan;
}

interface StoredFile {
  readonly meta: model.PortalFile;
  readonly content: Uint8Array;
}

/** State of one portal with its plain look-ups; behaviour lives in open-lines.ts, methods/ and controls.ts. */
export class EmulatedPortal implements PortalFacts {
  readonly id: string;
  readonly memberId: string;
  readonly settings: PortalSettings;
  readonly services: PortalServices;
  readonly users = new Map<number, model.PortalUser>();
  readonly applications = new Map<string, model.InstalledApplication>();
  readonly eventBindings: model.EventBinding[] = [];
  readonly placements: model.PlacementBinding[] = [];
  readonly connectors = new Map<string, model.Connector>();
  readonly statuses = new Map<string, model.ConnectorStatus>();
  readonly lines = new Map<number, model.OpenLine>();
  readonly chats = new Map<number, model.Chat>();
  readonly chatsByKey = new Map<string, model.Chat>();
  readonly chatsByUserCode = new Map<string, model.Chat>();
  readonly sessions = new Map<number, model.Session>();
  readonly messages = new Map<number, model.Message>();
  readonly files = new Map<number, StoredFile>();
  readonly notifications: model.Notification[] = [];
  /** By application and code. */
  readonly messageProviders = new Map<string, model.MessageProvider>();
  readonly providerMessages = new Map<string, model.ProviderMessage>();
  readonly crm = new CrmStore();
  /** Chat bots that are registered, and whether they work in open lines. */
  readonly bots: { id: number; name: string; code: string; openLine: boolean }[] = [];
  /** Agreements on personal data. */
  readonly agreements: { id: number; name: string; active: boolean; language: string }[] = [];
  /** Universal lists of the kind `lists`. */
  readonly lists: { id: number; name: string; code: string | null }[] = [];
  readonly automation = new Automation();
  /** Mailboxes that the portal's own mail reads, by whose they are. */
  readonly mailboxes: { readonly userId: number; readonly email: string }[] = [];
  readonly departments: { id: number; name: string; parent?: number }[] = [{ id: 1, name: "Company" }];
  readonly bucket: LeakyBucket;
  readonly budget: OperatingBudget;
  readonly connectorUsers = new Map<string, model.PortalUser>();
  readonly #eventTokens = new Map<string, AccessToken>();
  readonly #counters = new Map<string, number>();
  /** host:port of the current listener. */
  address = "";
  deleted = false;

  constructor(id: string, settings: PortalSettings, services: PortalServices) {
    this.id = id;
    this.memberId = settings.memberId ?? randomBytes(16).toString("hex");
    this.settings = settings;
    this.services = services;
    this.bucket = new LeakyBucket(settings.bucketCapacity, settings.bucketPerSecond);
    this.budget = new OperatingBudget(settings.operatingLimitMs);
    for (const user of settings.users) this.users.set(user.id, { ...user });
    this.startIds("user", Math.max(...settings.users.map((user) => user.id)) + 100);
    this.startIds("chat", 1700);
    this.startIds("message", 85_000);
    this.startIds("session", 300);
    for (const line of settings.lines) this.addLine({ LINE_NAME: line.name, ...line.config }, line.queue);
  }

  get now(): () => number {
    return this.services.now;
  }

  get domain(): string {
    return this.address;
  }

  get clientEndpoint(): string {
    return `http://${this.address}/rest/`;
  }

  installation(clientId: string): model.InstalledApplication | undefined {
    return this.applications.get(clientId);
  }

  startIds(kind: string, first: number): void {
    this.#counters.set(kind, first);
  }

  nextId(kind: string): number {
    const id = this.#counters.get(kind) ?? 1;
    this.#counters.set(kind, id + 1);
    return id;
  }

  employees(): model.PortalUser[] {
    return [...this.users.values()].filter((user) => user.kind === "employee");
  }

  administrator(): model.PortalUser {
    const admin = this.employees().find((user) => user.admin);
    if (admin === undefined) throw new Error(`portal ${this.id} has no administrator`);
    return admin;
  }

  addLine(config: Fields, queue?: number[]): model.OpenLine {
    const id = this.nextId("line");
    const agents = this.employees()
      .filter((user) => !user.extranet)
      .map((user) => user.id);
    const line: model.OpenLine = {
      id,
      config: { ...defaultLineConfig, LINE_NAME: `Open Channel ${id}`, ...config },
      queue: queue ?? agents,
      deleted: false,
    };
    this.lines.set(id, line);
    return line;
  }

  line(id: number): model.OpenLine | undefined {
    const line = this.lines.get(id);
    return line === undefined || line.deleted ? undefined : line;
  }

  /** Deleted by a person or an application: what was connected to it is gone with it. */
  deleteLine(line: model.OpenLine, userId: number): void {
    line.deleted = true;
    for (const [key, status] of this.statuses) {
      if (status.line === line.id) this.statuses.delete(key);
    }
    this.emit("ONIMCONNECTORLINEDELETE", line.id, { userId });
  }

  status(connector: string, line: number): model.ConnectorStatus | undefined {
    return this.statuses.get(`${connector}|${line}`);
  }

  /** Traffic passes: switched on for this line, and no error flag. */
  isLineActive(connector: string, line: number): boolean {
    const status = this.status(connector, line);
    return status?.active === true && !status.error && this.line(line) !== undefined;
  }

  addFile(chatId: number, name: string, type: string, content: Uint8Array, authorId: number): model.PortalFile {
    const meta = {
      id: this.nextId("file"),
      chatId,
      name,
      type,
      size: content.byteLength,
      authorId,
      createdAt: this.now(),
    };
    this.files.set(meta.id, { meta, content });
    return meta;
  }

  fileUrl(file: model.PortalFile): string {
    return `http://${this.address}/disk/download/${file.id}/${encodeURIComponent(file.name)}`;
  }

  chatMessages(chat: model.Chat): model.Message[] {
    return chat.messageIds.flatMap((id) => this.messages.get(id) ?? []);
  }

  /** May this person see and work with the dialogue: participant, in the line's queue, or administrator. */
  mayUseChat(user: model.PortalUser, chat: model.Chat): boolean {
    if (user.admin || chat.members.includes(user.id)) return true;
    return this.lines.get(chat.line)?.queue.includes(user.id) === true;
  }

  /** entity_data_1: CRM linked, type, id, …, session id, time. */
  entityData1(chat: model.Chat): string {
    const session = this.sessions.get(chat.currentSessionId);
    const primary = (["deal", "lead", "contact", "company"] as const).find((name) => chat.crm[name] > 0);
    const linked = primary === undefined ? "N|NONE|0" : `Y|${primary.toUpperCase()}|${chat.crm[primary]}`;
    return `${linked}|N|N|${chat.currentSessionId}|${Math.floor((session?.startedAt ?? chat.createdAt) / 1000)}|0|0|0`;
  }

  entityData2(chat: model.Chat): string {
    return `LEAD|${chat.crm.lead}|COMPANY|${chat.crm.company}|CONTACT|${chat.crm.contact}|DEAL|${chat.crm.deal}`;
  }

  /**
   * Sends an event to its bound handlers: only applications whose installation is finished, only the owner where
   * one is named, and handlers of plain users only for their own actions.
   */
  emit(
    event: string,
    data: unknown,
    origin: { userId?: number | undefined; onlyClientId?: string | undefined; evenUnfinished?: boolean } = {},
  ): void {
    for (const binding of [...this.eventBindings]) {
      if (binding.event !== event || binding.offline) continue;
      if (origin.onlyClientId !== undefined && binding.clientId !== origin.onlyClientId) continue;
      if (binding.onlyUserId !== undefined && binding.onlyUserId !== origin.userId) continue;
      const application = this.applications.get(binding.clientId);
      if (application === undefined || (!application.installed && origin.evenUnfinished !== true)) continue;
      const authUser = binding.authType > 0 ? binding.authType : origin.userId;
      this.services.events.send(this.id, binding, event, data, this.eventAuth(application, authUser));
    }
  }

  /** The auth block of ordinary events; tokens only when the hit belongs to a person. */
  eventAuth(application: model.InstalledApplication, userId: number | undefined): Fields {
    const token = userId === undefined ? undefined : this.#eventToken(application, userId);
    return {
      ...(token === undefined
        ? {}
        : {
            access_token: token.value,
            expires: Math.floor(token.expiresAt / 1000),
            expires_in: this.services.authorization.accessLifetimeSeconds,
          }),
      scope: application.scope.join(","),
      domain: this.domain,
      server_endpoint: this.services.authorization.serverEndpoint,
      status: application.status,
      client_endpoint: this.clientEndpoint,
      member_id: this.memberId,
      ...(userId === undefined ? {} : { user_id: userId }),
      application_token: application.applicationToken,
    };
  }

  /** Everything a test or a page may want to look at. */
  snapshot(): Fields {
    return {
      id: this.id,
      memberId: this.memberId,
      domain: this.domain,
      clientEndpoint: this.clientEndpoint,
      serverEndpoint: this.services.authorization.serverEndpoint,
      users: [...this.users.values()],
      applications: [...this.applications.values()],
      eventBindings: this.eventBindings,
      placements: this.placements,
      connectors: [...this.connectors.values()],
      statuses: [...this.statuses.values()],
      lines: [...this.lines.values()],
      chats: [...this.chats.values()].map((chat) => this.chatSnapshot(chat)),
      sessions: [...this.sessions.values()],
      notifications: this.notifications,
      messageProviders: [...this.messageProviders.values()],
      providerMessages: [...this.providerMessages.values()],
      crm: {
        items: Object.fromEntries(
          [...this.crm.items].map(([typeId, items]) => [typeId, [...items.values()].map((item) => item.fields)]),
        ),
        activities: [...this.crm.activities.values()].map((activity) => activity.fields),
        comments: this.crm.comments,
      },
      automation: {
        robots: [...this.automation.robots.values()].map(({ kind, code }) => ({ kind, code })),
        triggers: [...this.automation.triggers.values()],
        executions: this.automation.executions,
        runs: this.automation.runs,
      },
    };
  }

  chatSnapshot(chat: model.Chat): Fields {
    return {
      ...chat,
      entityData1: this.entityData1(chat),
      entityData2: this.entityData2(chat),
      messages: this.chatMessages(chat).map((message) => ({
        ...message,
        files: message.fileIds.map((id) => this.files.get(id)?.meta),
      })),
    };
  }

  #eventToken(application: model.InstalledApplication, userId: number): AccessToken {
    const key = `${application.clientId}|${userId}`;
    const known = this.#eventTokens.get(key);
    const authorization = this.services.authorization;
    if (
      known !== undefined &&
      authorization.findAccess(known.value) !== undefined &&
      known.expiresAt - this.now() > authorization.accessLifetimeSeconds * 500
    )
      return known;
    const token = authorization.issueAccess(this.id, application.clientId, userId, application.scope);
    this.#eventTokens.set(key, token);
    return token;
  }
}

/** Message parameters in PHP's form: an empty map is a list. */
export function messageParameters(message: model.Message): Fields | [] {
  return phpObject({
    ...(message.connectorMid.length > 0 ? { connectorMid: message.connectorMid } : {}),
    ...(message.fileIds.length > 0 ? { fileId: message.fileIds } : {}),
    ...(message.deleted ? { isDeleted: "Y" } : {}),
    ...(message.edited ? { isEdited: "Y" } : {}),
  });
}
