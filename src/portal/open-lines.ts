/**
 * Open Lines in the words of `contract.ts`. Ids of the portal are strings on our side and numbers on the wire where its
 * documentation says integer. Results are read by narrow schemas; an outer success says nothing about the elements, so
 * each one's own is read, and an element without one is not taken for delivered.
 */
import { z } from "zod";
import type { ChatLink, EntityType } from "../domain/person.ts";
import { createAgentVoice } from "./agent-voice.ts";
import type {
  ConnectorMessage,
  DeliveryReport,
  ElementOutcome,
  HistoryMessage,
  LineAddress,
  OpenLines,
  PortalCall,
  PortalCaller,
  PortalOutcome,
  VoiceWay,
} from "./contract.ts";
import { wireId } from "./wire-id.ts";

/** @param agents how what agents write on our own pages gets into a chat, by that person's own caller where it needs one */
export function createOpenLines(
  caller: PortalCaller,
  agents: { readonly way: VoiceWay; readonly viewer: (userId: string) => PortalCaller },
): OpenLines {
  async function elements(
    method: string,
    at: LineAddress,
    messages: readonly ConnectorMessage[],
    wire: readonly unknown[],
    leave: () => Promise<boolean>,
  ): Promise<PortalOutcome<readonly ElementOutcome[]>> {
    const outcome = await caller.call({
      method,
      params: { CONNECTOR: at.connector, LINE: wireId(at.line), MESSAGES: wire },
      effect: "once",
      weight: messages.length,
      sequence: sequenceOf(at),
      // The portal downloads files inside the call: one slow link must not hold up others.
      alone: messages.some((message) => message.message.files.length > 0),
      leave,
    });
    if (outcome.kind !== "ok") return outcome;
    const parsed = sendResult.safeParse(outcome.value);
    if (!parsed.success)
      return {
        kind: "uncertain",
        sentence: "The portal's answer could not be read; the message may or may not be there.",
      };
    if (parsed.data.DATA.RESULT.length === messages.length) return { kind: "ok", value: parsed.data.DATA.RESULT };
    if (!parsed.data.SUCCESS)
      return { kind: "refused", code: "NO_SUCCESS", sentence: "The portal took none of the messages." };
    return {
      kind: "uncertain",
      sentence: "The portal answered about fewer messages than were sent; they may or may not be there.",
    };
  }

  const lines: Omit<OpenLines, "agents"> = {
    deliverMessages: (at, messages, leave) =>
      elements("imconnector.send.messages", at, messages, messages.map(wireMessage), leave),
    updateMessages: (at, messages, leave) =>
      elements("imconnector.update.messages", at, messages, messages.map(wireMessage), leave),
    deleteMessages: (at, messages, leave) =>
      elements(
        "imconnector.delete.messages",
        at,
        messages,
        messages.map(({ user, message, chat }) => ({
          user: { id: user.id },
          message: { id: message.id },
          chat: { id: chat.id },
        })),
        leave,
      ),
    async reportDelivery(at, deliveries) {
      const outcome = await caller.call({
        method: "imconnector.send.status.delivery",
        params: {
          CONNECTOR: at.connector,
          LINE: wireId(at.line),
          MESSAGES: deliveries.map((delivery) => wireDelivery(at, delivery)),
        },
        effect: "repeatable",
        weight: deliveries.length,
      });
      return done(outcome);
    },
    async history(of) {
      // Takes no limit and no page (documentation): one session as a whole, the chat's last one when only that is known.
      const params = "sessionId" in of ? { SESSION_ID: wireId(of.sessionId) } : { CHAT_ID: wireId(of.chatId) };
      const outcome = await caller.call({ method: "imopenlines.session.history.get", params, effect: "read" });
      if (outcome.kind !== "ok") return outcome;
      const parsed = historyResult.safeParse(outcome.value);
      if (!parsed.success) return unreadable("imopenlines.session.history.get");
      return { kind: "ok", value: historyMessages(parsed.data) };
    },
    async supervisorVote(sessionId) {
      const params = { SESSION_ID: wireId(sessionId) };
      const outcome = await caller.call({ method: "imopenlines.session.history.get", params, effect: "read" });
      if (outcome.kind !== "ok") return outcome;
      const parsed = voteResult.safeParse(outcome.value);
      if (!parsed.success) return unreadable("imopenlines.session.history.get");
      const { sessionVoteHead: stars } = parsed.data;
      return { kind: "ok", value: stars >= 1 && stars <= 5 ? stars : undefined };
    },
    async chatLink(chatId) {
      const params = { CHAT_ID: wireId(chatId) };
      const outcome = await caller.call({ method: "imopenlines.dialog.get", params, effect: "read" });
      if (outcome.kind !== "ok") return outcome;
      const parsed = dialogResult.safeParse(outcome.value);
      if (!parsed.success) return unreadable("imopenlines.dialog.get");
      return { kind: "ok", value: linkOf(parsed.data.entity_data_2) };
    },
    async operatorOf(chatId) {
      const params = { CHAT_ID: wireId(chatId) };
      const outcome = await caller.call({ method: "imopenlines.dialog.get", params, effect: "read" });
      if (outcome.kind !== "ok") return outcome;
      const parsed = ownerResult.safeParse(outcome.value);
      return parsed.success ? { kind: "ok", value: parsed.data.owner } : unreadable("imopenlines.dialog.get");
    },
    async transfer(chatId, userId, leave) {
      const params = { CHAT_ID: wireId(chatId), USER_ID: wireId(userId) };
      return done(await caller.call({ method: "imopenlines.operator.transfer", params, effect: "once", leave }));
    },
    async intercept(chatId, leave) {
      const params = { CHAT_ID: wireId(chatId) };
      return done(await caller.call({ method: "imopenlines.session.intercept", params, effect: "once", leave }));
    },
    async notify(userId, text, tag, by) {
      // The tag makes a second notice replace the first one, so a repetition is harmless.
      const call: PortalCall = {
        method: by === undefined ? "im.notify.system.add" : "im.notify.personal.add",
        params: { USER_ID: wireId(userId), MESSAGE: text, TAG: tag },
        effect: "repeatable",
      };
      const outcome = await (by === undefined ? caller : agents.viewer(by)).call(call);
      // The documentation: `false` when the notification was not created.
      return outcome.kind === "ok" && outcome.value === false ? NOT_CREATED : done(outcome);
    },
  };
  return { ...lines, agents: createAgentVoice(agents.way, lines, agents.viewer) };
}

const dialogResult = z.object({
  entity_data_2: z
    .string()
    .nullish()
    .transform((value) => value ?? ""),
});

/** 0 until somebody has taken the chat. */
const ownerResult = z.object({
  owner: z
    .union([z.string(), z.number(), z.null()])
    .optional()
    .transform((owner) => (Number(owner ?? 0) > 0 ? String(owner) : undefined)),
});

const LINKED = { LEAD: "lead", DEAL: "deal", CONTACT: "contact", COMPANY: "company" } as const;

/** `LEAD|0|COMPANY|0|CONTACT|12|DEAL|41`, in any order; 0: none of that kind. */
function linkOf(data: string): ChatLink {
  const parts = data.split("|");
  const link: Partial<Record<EntityType, string>> = {};
  for (const [name, type] of Object.entries(LINKED)) {
    const at = parts.indexOf(name);
    const id = at < 0 ? "" : (parts[at + 1] ?? "");
    if (/^[1-9]\d{0,14}$/.test(id)) link[type] = id;
  }
  return link;
}

const NOT_CREATED: PortalOutcome<void> = {
  kind: "refused",
  code: "NOT_CREATED",
  sentence: "Bitrix24 created no notification. The person may have left, or may not be an employee.",
};

/** Calls of one chat, whatever they do, follow each other. */
const sequenceOf = (at: LineAddress) => `${at.connector}|${at.line}|${at.chatId}`;

function done(outcome: PortalOutcome<unknown>): PortalOutcome<void> {
  return outcome.kind === "ok" ? { kind: "ok", value: undefined } : outcome;
}

export function unreadable(method: string): PortalOutcome<never> {
  return {
    kind: "refused",
    code: "UNREADABLE_ANSWER",
    sentence: `The portal's answer to ${method} could not be read.`,
  };
}

function wireMessage({ user, message, chat }: ConnectorMessage): Record<string, unknown> {
  return {
    user: present({
      id: user.id,
      name: user.name,
      last_name: user.lastName,
      picture: user.pictureUrl === undefined ? undefined : { url: user.pictureUrl },
      url: user.url,
      email: user.email,
      phone: user.phone,
    }),
    message: present({
      id: message.id,
      date: message.date,
      text: message.text === "" ? undefined : message.text,
      files: message.files.length === 0 ? undefined : message.files.map(({ url, name }) => ({ url, name })),
      user_id: message.authorId === undefined ? undefined : wireId(message.authorId),
      disable_crm: message.untracked === true ? "Y" : undefined,
    }),
    chat: present({ id: chat.id, name: chat.name, url: chat.url }),
  };
}

function wireDelivery(at: LineAddress, delivery: DeliveryReport): Record<string, unknown> {
  return {
    im: { chat_id: wireId(delivery.imChatId), message_id: wireId(delivery.imMessageId) },
    message: { id: [...delivery.externalIds], date: delivery.date },
    chat: { id: at.chatId },
  };
}

function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const id = z.union([z.string(), z.number()]).transform(String);
const truth = z.union([
  z.boolean(),
  z.string().transform((text) => /^(y|1|true)$/i.test(text)),
  z.number().transform((number) => number !== 0),
]);
/** PHP writes a map with holes as an object, one without as a list. */
const list = <Item extends z.ZodType>(item: Item) =>
  z.union([z.array(item), z.record(z.string(), item).transform((map) => Object.values(map) as z.output<Item>[])]);

const complaint = z.union([
  z.string().transform((text) => ({ code: "", text })),
  z
    .object({ code: z.union([z.string(), z.number()]).transform(String).optional(), message: z.string().optional() })
    .transform((error) => ({ code: error.code ?? "", text: error.message ?? "" })),
]);
const element = z
  .object({
    SUCCESS: truth.optional(),
    ERRORS: list(complaint).optional().catch(undefined),
    user: id.optional().catch(undefined),
    session: z.object({ ID: id.optional(), CHAT_ID: id.optional() }).optional().catch(undefined),
  })
  .transform((read): ElementOutcome => {
    if (read.SUCCESS !== true) {
      const [first] = read.ERRORS ?? [];
      const words = (read.ERRORS ?? [])
        .map((error) => error.text || error.code)
        .filter((text) => text !== "")
        .join("; ");
      return {
        kind: "refused",
        code: first?.code || "ELEMENT_REFUSED",
        sentence:
          words === "" ? "The portal refused the message." : `The portal refused the message: ${words.slice(0, 300)}`,
      };
    }
    return {
      kind: "ok",
      ...(read.session?.CHAT_ID !== undefined && { chatId: read.session.CHAT_ID }),
      ...(read.session?.ID !== undefined && { sessionId: read.session.ID }),
      ...(read.user !== undefined && read.user !== "" && { portalUserId: read.user }),
    };
  });
const sendResult = z.object({
  SUCCESS: truth.catch(false),
  DATA: z.object({ RESULT: list(element).catch([]) }).catch({ RESULT: [] }),
});

const emptyMap = z.array(z.unknown()).transform(() => ({}));
const historyResult = z.object({
  chatId: id.optional(),
  message: z.union([
    z.record(
      z.string(),
      z.object({
        id,
        chatid: id.optional(),
        senderid: id,
        date: z.string(),
        text: z.string().catch(""),
        params: z
          .union([
            z.object({
              fileId: list(z.unknown()).optional().catch(undefined),
              FILE_ID: list(z.unknown()).optional().catch(undefined),
              connectorMid: list(id).optional().catch(undefined),
              CONNECTOR_MID: list(id).optional().catch(undefined),
            }),
            emptyMap,
          ])
          .catch({}),
      }),
    ),
    emptyMap,
  ]),
  users: z
    .union([z.record(z.string(), z.object({ connector: truth.optional().catch(undefined) })), emptyMap])
    .catch({}),
});

/** Zero: nobody has voted. */
const voteResult = z.object({ sessionVoteHead: z.coerce.number().int().catch(0) });

function historyMessages(read: z.output<typeof historyResult>): readonly HistoryMessage[] {
  const users: Readonly<Record<string, { readonly connector?: boolean | undefined }>> = read.users;
  return Object.values(read.message)
    .map((message): HistoryMessage => {
      const params: {
        readonly fileId?: readonly unknown[] | undefined;
        readonly FILE_ID?: readonly unknown[] | undefined;
        readonly connectorMid?: readonly string[] | undefined;
        readonly CONNECTOR_MID?: readonly string[] | undefined;
      } = message.params;
      return {
        id: message.id,
        chatId: message.chatid ?? read.chatId ?? "",
        authorId: message.senderid,
        fromCustomer: users[message.senderid]?.connector === true,
        system: message.senderid === "0",
        text: message.text,
        date: new Date(message.date),
        fileCount: (params.fileId ?? params.FILE_ID ?? []).length,
        externalIds: params.connectorMid ?? params.CONNECTOR_MID ?? [],
      };
    })
    .sort((a, b) => Number(a.id) - Number(b.id));
}
