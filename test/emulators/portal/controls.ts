import { randomBytes } from "node:crypto";
import type { SentEvent } from "./events.ts";
import { addBot, botOf, botWrites, handOverLate, toEmployee, toQueue } from "./line-bots.ts";
import { removeConnector, statusFlags } from "./methods/connectors.ts";
import type { ApplicationCard, Chat, InstalledApplication, Message, PortalUser, ProviderMessage } from "./model.ts";
import {
  acceptDialog,
  deleteAsOperator,
  editAsOperator,
  finishDialog,
  passDialog,
  writeAsOperator,
  writeAsSystem,
} from "./open-lines.ts";
import { type OpenedPage, openPage, type PageRequest, pageRequest } from "./pages.ts";
import type { EmulatedPortal } from "./portal.ts";
import type { Fields } from "./values.ts";

/** A control was asked for something that this portal, in its present state, would not do. */
export class EmulatorControlError extends Error {}

export interface OutgoingFile {
  readonly name: string;
  readonly type: string;
  readonly content: Uint8Array;
}

export interface WhichApplication {
  clientId?: string | undefined;
  userId?: number | undefined;
}

/** Everything a person, an administrator or fate does to one portal. */
export class PortalControls {
  readonly portal: EmulatedPortal;
  readonly #rename: () => Promise<void>;

  constructor(portal: EmulatedPortal, rename: () => Promise<void>) {
    this.portal = portal;
    this.#rename = rename;
  }

  get id(): string {
    return this.portal.id;
  }

  // ---- the application's life ----

  /** Installs the app and opens its installer page for the administrator; not finished before finishInstall. */
  async installApp(which: WhichApplication = {}): Promise<OpenedPage> {
    return await openPage(this.portal, this.installRequest(which));
  }

  /** The same as a POST for a frame. */
  installRequest(which: WhichApplication = {}): PageRequest {
    const card = this.#card(which.clientId);
    const userId = which.userId ?? this.portal.administrator().id;
    const known = this.portal.applications.get(card.clientId);
    const application: InstalledApplication = known ?? {
      id: this.portal.nextId("application"),
      clientId: card.clientId,
      applicationToken: randomBytes(16).toString("hex"),
      scope: this.portal.settings.grantedScope ?? [...card.scope],
      version: card.version,
      status: "F",
      installed: false,
      paymentExpired: false,
      installedBy: userId,
    };
    this.portal.applications.set(card.clientId, application);
    return pageRequest(this.portal, application, { handler: card.installUrl, placement: "DEFAULT", userId });
  }

  /** What BX24.installFinish() does; ONAPPINSTALL goes to its bound handlers then. */
  finishInstall(which: WhichApplication & { event?: boolean } = {}): void {
    const application = this.#application(which.clientId);
    if (application.installed) return;
    application.installed = true;
    if (which.event !== false) this.sendInstallEvent(which);
  }

  /** ONAPPINSTALL with a fresh token pair, to bound handlers or to one given address. */
  sendInstallEvent(which: WhichApplication & { handler?: string | undefined } = {}): SentEvent[] {
    const application = this.#application(which.clientId);
    const data = {
      VERSION: String(application.version),
      ACTIVE: "Y",
      INSTALLED: application.installed ? "Y" : "N",
      LANGUAGE_ID: this.portal.settings.language,
    };
    return this.#sendLifeEvent(
      application,
      "ONAPPINSTALL",
      data,
      this.#tokenAuth(application, which.userId),
      which.handler,
    );
  }

  /** A new version: ONAPPUPDATE, then all event handlers are gone and the installer page opens again. */
  async updateApp(options: WhichApplication & { version?: number; newToken?: boolean } = {}): Promise<OpenedPage> {
    const application = this.#application(options.clientId);
    const card = this.#card(application.clientId);
    const previous = application.version;
    application.version = options.version ?? previous + 1;
    if (options.newToken === true) application.applicationToken = randomBytes(16).toString("hex");
    const data = {
      VERSION: String(application.version),
      PREVIOUS_VERSION: String(previous),
      LANGUAGE_ID: this.portal.settings.language,
    };
    this.#sendLifeEvent(application, "ONAPPUPDATE", data, this.#tokenAuth(application, options.userId), undefined);
    this.#dropBindings(application.clientId);
    this.portal.automation.drop(application.clientId);
    application.installed = false;
    const userId = options.userId ?? this.portal.administrator().id;
    return openPage(
      this.portal,
      pageRequest(this.portal, application, { handler: card.installUrl, placement: "DEFAULT", userId }),
    );
  }

  /**
   * Somebody sends a message from a CRM card, or an automation does: the provider's handler is called once, by the queue.
   * `userId` is left out where the portal cannot tie it to a person.
   */
  sendThroughProvider(
    code: string,
    message: {
      readonly to: string;
      readonly text: string;
      readonly userId?: number;
      readonly bindings?: readonly { readonly OWNER_TYPE_ID: number; readonly OWNER_ID: number }[];
      readonly document?: readonly string[];
      /** Once more what was sent already. */
      readonly id?: string;
    },
  ): ProviderMessage {
    const application = this.#application(undefined);
    const provider = this.portal.messageProviders.get(`${application.clientId}|${code}`);
    if (provider === undefined) throw new EmulatorControlError(`no message provider ${code}`);
    const id = message.id ?? randomBytes(16).toString("hex");
    const sent = this.portal.providerMessages.get(id) ?? {
      ...{ id, clientId: application.clientId, code, statuses: [] },
      senderId: message.userId ?? application.installedBy,
    };
    this.portal.providerMessages.set(id, sent);
    this.portal.services.events.post(this.portal.id, application.clientId, provider.handler, "MESSAGESERVICE", {
      ...(message.document === undefined
        ? { module_id: "crm", bindings: message.bindings ?? [] }
        : { module_id: "bizproc", workflow_id: "5f1", document_id: message.document, document_type: ["crm"] }),
      properties: { phone_number: message.to, message_text: message.text },
      ...{ type: "SMS", code, message_id: id, message_to: message.to, message_body: message.text },
      ts: Math.floor(this.portal.now() / 1000),
      auth: this.portal.eventAuth(application, message.userId),
    });
    return sent;
  }

  /** Removes the app with its handlers, widgets, connectors and tokens; the event says whether to erase data. */
  uninstall(options: { clientId?: string | undefined; clean?: boolean } = {}): SentEvent[] {
    const application = this.#application(options.clientId);
    const portal = this.portal;
    const auth = {
      domain: portal.domain,
      server_endpoint: portal.services.authorization.serverEndpoint,
      client_endpoint: portal.clientEndpoint,
      member_id: portal.memberId,
      application_token: application.applicationToken,
    };
    const data = { LANGUAGE_ID: portal.settings.language, CLEAN: options.clean === true ? 1 : 0 };
    const sent = this.#sendLifeEvent(application, "ONAPPUNINSTALL", data, auth, undefined);
    this.#dropBindings(application.clientId);
    const kept = portal.placements.filter((binding) => binding.clientId !== application.clientId);
    portal.placements.splice(0, portal.placements.length, ...kept);
    for (const connector of [...portal.connectors.values()]) {
      if (connector.clientId === application.clientId) removeConnector(portal, connector);
    }
    portal.automation.drop(application.clientId);
    portal.automation.dropTriggers(application.clientId);
    portal.applications.delete(application.clientId);
    portal.services.authorization.forget(portal.id, application.clientId);
    return sent;
  }

  // ---- pages ----

  /** The app's own page, as opened from the menu. */
  openApp(which: WhichApplication = {}): Promise<OpenedPage> {
    return openPage(this.portal, this.appRequest(which));
  }

  /** The same as a POST for a frame; `options` are what another page of the app passed to openApplication. */
  appRequest(which: WhichApplication & { options?: Fields | undefined } = {}): PageRequest {
    const application = this.#application(which.clientId);
    return pageRequest(this.portal, application, {
      handler: this.#card(application.clientId).applicationUrl,
      placement: "DEFAULT",
      options: which.options,
      userId: which.userId,
    });
  }

  /** The POST of a bound widget, ready for a frame; refused until the installation is finished. */
  placementRequest(
    code: string,
    options: Fields,
    which: WhichApplication & { bindingId?: number | undefined } = {},
  ): PageRequest {
    const binding = this.portal.placements.find(
      (candidate) =>
        candidate.placement === code &&
        (which.clientId === undefined || candidate.clientId === which.clientId) &&
        (which.bindingId === undefined || candidate.id === which.bindingId),
    );
    if (binding === undefined) throw new EmulatorControlError(`no handler is bound to ${code}`);
    const application = this.#application(binding.clientId);
    if (!application.installed)
      throw new EmulatorControlError("widgets do not show before the installation is finished");
    return pageRequest(this.portal, application, {
      handler: binding.handler,
      placement: code,
      options,
      userId: which.userId,
    });
  }

  openPlacement(code: string, options: Fields = {}, which: WhichApplication = {}): Promise<OpenedPage> {
    return openPage(this.portal, this.placementRequest(code, options, which));
  }

  /** The settings page of a connector for one line (placement SETTING_CONNECTOR). */
  connectorSettingsRequest(connectorId: string, line: number, userId?: number): PageRequest {
    const connector = this.portal.connectors.get(connectorId);
    if (connector === undefined) throw new EmulatorControlError(`no connector ${connectorId}`);
    const flags = statusFlags(this.portal.status(connectorId, line));
    const options = {
      CONNECTOR: connectorId,
      LINE: String(line),
      STATUS: flags.working,
      ACTIVE_STATUS: flags.active,
      CONNECTION_STATUS: flags.connection,
      REGISTER_STATUS: flags.register,
      ERROR_STATUS: flags.error,
      URI: `/contact_center/connector/?ID=${connectorId}&LINE=${line}&IFRAME=Y&IFRAME_TYPE=SIDE_SLIDER`,
    };
    const application = this.#application(connector.clientId);
    return pageRequest(this.portal, application, {
      handler: connector.placementHandler,
      placement: "SETTING_CONNECTOR",
      options,
      userId,
    });
  }

  openConnectorSettings(connectorId: string, line: number, userId?: number): Promise<OpenedPage> {
    return openPage(this.portal, this.connectorSettingsRequest(connectorId, line, userId));
  }

  // ---- chat bots of the portal ----

  /** Registered by some application; it is in a line by the line's settings alone. */
  addBot(name: string): PortalUser {
    return addBot(this.portal, name);
  }

  botWrites(chatId: number, text: string, botId?: number): Message {
    const chat = this.#chat(chatId);
    const id = botId ?? botOf(this.portal, chat)?.id ?? 0;
    const message = botWrites(this.portal, chat, id, text);
    if (message === undefined) throw new EmulatorControlError("no bot is in this chat");
    return message;
  }

  /** `imopenlines.bot.session.operator`, or, with somebody, `.transfer`. */
  botHandsOver(chatId: number, toUserId?: number): void {
    const chat = this.#chat(chatId);
    const isDone = toUserId === undefined ? toQueue(this.portal, chat) : toEmployee(this.portal, chat, toUserId);
    if (!isDone) throw new EmulatorControlError("Operator is not a bot");
  }

  /** What the portal does by itself when the time of a bot is over. Answers how many it took it from. */
  handOverLate(): number {
    return handOverLate(this.portal);
  }

  // ---- people in the chat ----

  operatorWrites(
    chatId: number,
    part: { text?: string | undefined; userId?: number | undefined; files?: readonly OutgoingFile[] | undefined },
  ): Message {
    const chat = this.#chat(chatId);
    const userId = part.userId ?? chat.ownerId;
    const fileIds = (part.files ?? []).map(
      (file) => this.portal.addFile(chat.id, file.name, file.type, file.content, userId).id,
    );
    return writeAsOperator(this.portal, chat, userId, part.text ?? "", fileIds);
  }

  systemWrites(chatId: number, text: string): Message {
    return writeAsSystem(this.portal, this.#chat(chatId), text);
  }

  operatorEdits(messageId: number, text: string): void {
    editAsOperator(this.portal, this.#message(messageId), text);
  }

  operatorDeletes(messageId: number): void {
    deleteAsOperator(this.portal, this.#message(messageId));
  }

  operatorAccepts(chatId: number, userId?: number): void {
    const chat = this.#chat(chatId);
    acceptDialog(this.portal, chat, userId ?? chat.ownerId);
  }

  operatorTransfers(chatId: number, toUserId: number): void {
    passDialog(this.portal, this.#chat(chatId), toUserId);
  }

  finishDialog(chatId: number): boolean {
    return finishDialog(this.portal, this.#chat(chatId));
  }

  // ---- lines ----

  /** The line goes; every application that listens hears of it, whoever owns the connectors. */
  deleteLine(lineId: number): void {
    const line = this.portal.line(lineId);
    if (line === undefined) throw new EmulatorControlError(`no line ${lineId}`);
    this.portal.deleteLine(line, this.portal.administrator().id);
  }

  /** Somebody presses "disconnect" in the Contact Center. */
  disconnectConnector(connectorId: string, line: number): void {
    const connector = this.portal.connectors.get(connectorId);
    if (connector === undefined || !this.portal.statuses.delete(`${connectorId}|${line}`)) {
      throw new EmulatorControlError(`${connectorId} is not connected to line ${line}`);
    }
    this.portal.emit(
      "ONIMCONNECTORSTATUSDELETE",
      { connector: connectorId, line },
      { userId: this.portal.administrator().id, onlyClientId: connector.clientId },
    );
  }

  // ---- fate ----

  /** Access tokens of the app (or of all) expire now. */
  expireTokens(clientId?: string): number {
    return this.portal.services.authorization.expireAccess(this.portal.id, clientId);
  }

  revokeRefreshTokens(clientId?: string): number {
    return this.portal.services.authorization.revokeRefresh(this.portal.id, clientId);
  }

  setPaymentExpired(expired: boolean, clientId?: string): void {
    this.#application(clientId).paymentExpired = expired;
  }

  /** The portal moves to a new address; the old one answers 302 from now on. */
  rename(): Promise<void> {
    return this.#rename();
  }

  /** A token pair as the portal hands it out, for tests that speak REST themselves. */
  issueTokens(which: WhichApplication = {}): { accessToken: string; refreshToken: string } {
    const application = this.#application(which.clientId);
    const pair = this.portal.services.authorization.issuePair(
      this.portal.id,
      application.clientId,
      which.userId ?? this.portal.administrator().id,
      application.scope,
    );
    return { accessToken: pair.access.value, refreshToken: pair.refresh };
  }

  /** A webhook's code: a token without application context. */
  issueWebhook(userId?: number, scope?: string[]): string {
    const owner = userId ?? this.portal.administrator().id;
    return this.portal.services.authorization.issueAccess(
      this.portal.id,
      null,
      owner,
      scope ?? ["crm", "im", "imopenlines", "imconnector", "placement"],
    ).value;
  }

  #card(clientId: string | undefined): ApplicationCard {
    const cards = this.portal.services.authorization.cards;
    const card = clientId === undefined ? [...cards.values()][0] : cards.get(clientId);
    if (card === undefined) throw new EmulatorControlError(`no application card ${clientId ?? ""}`);
    return card;
  }

  #application(clientId: string | undefined): InstalledApplication {
    const application = this.portal.applications.get(this.#card(clientId).clientId);
    if (application === undefined) throw new EmulatorControlError("the application is not installed");
    return application;
  }

  #chat(id: number): Chat {
    const chat = this.portal.chats.get(id);
    if (chat === undefined) throw new EmulatorControlError(`no chat ${id}`);
    return chat;
  }

  #message(id: number): Message {
    const message = this.portal.messages.get(id);
    if (message === undefined) throw new EmulatorControlError(`no message ${id}`);
    return message;
  }

  #dropBindings(clientId: string): void {
    const kept = this.portal.eventBindings.filter((binding) => binding.clientId !== clientId);
    this.portal.eventBindings.splice(0, this.portal.eventBindings.length, ...kept);
  }

  /** Install and update events carry a full pair, and their scope is separated by spaces. */
  #tokenAuth(application: InstalledApplication, userId: number | undefined): Fields {
    const pair = this.portal.services.authorization.issuePair(
      this.portal.id,
      application.clientId,
      userId ?? application.installedBy,
      application.scope,
    );
    return {
      ...this.portal.eventAuth(application, undefined),
      scope: application.scope.join(" "),
      access_token: pair.access.value,
      refresh_token: pair.refresh,
      expires_in: this.portal.services.authorization.accessLifetimeSeconds,
    };
  }

  #sendLifeEvent(
    application: InstalledApplication,
    event: string,
    data: Fields,
    auth: Fields,
    handler: string | undefined,
  ): SentEvent[] {
    const bound = this.portal.eventBindings.filter(
      (binding) => binding.clientId === application.clientId && binding.event === event,
    );
    const targets =
      handler === undefined
        ? bound
        : [
            {
              id: this.portal.nextId("binding"),
              clientId: application.clientId,
              event,
              handler,
              authType: 0,
              offline: false,
            },
          ];
    return targets.map((binding) => this.portal.services.events.send(this.portal.id, binding, event, data, auth));
  }
}
