/**
 * Events of a portal as they arrive at POST /events: a form body, parsed into nested objects before. Every value is a
 * string there, lists may come as objects with numeric keys, and names of events in any case. Only what is read is kept.
 *
 * Pure: proves nothing. The handler compares `auth.applicationToken` with the stored one before it believes a word.
 */
import { z } from "zod";
import type { Attachment, AttachmentKind } from "../domain/message.ts";
import type { EntityType } from "../domain/person.ts";

/** The sender's claims about itself. */
export interface EventAuth {
  readonly memberId: string;
  readonly applicationToken?: string;
  readonly domain?: string;
  readonly clientEndpoint?: string;
  readonly serverEndpoint?: string;
  /** Only when the event can be tied to a person. */
  readonly accessToken?: string;
  /** Only with installation and update. */
  readonly refreshToken?: string;
  /** Seconds. */
  readonly expiresIn?: number;
  readonly scopes: readonly string[];
  readonly userId?: string;
}

interface EventBase {
  /** The portal's name of the event, upper case. */
  readonly name: string;
  readonly auth: EventAuth;
  /** When the portal made it, if it says so. */
  readonly at?: Date;
}

export interface OperatorMessage {
  readonly imChatId: string;
  readonly imMessageId: string;
  /** Our chat id, as we gave it to the connector. */
  readonly chatId: string;
  /** BBCode. */
  readonly text: string;
  /** The employee who wrote it; absent or "0" for the system. */
  readonly userId?: string;
  /** Fetch at once: links may need a session, or end. */
  readonly files: readonly Attachment[];
}

export interface OperatorChange {
  readonly imChatId: string;
  readonly imMessageId: string;
  readonly chatId: string;
  /** Our ids of the message, as we reported its delivery. */
  readonly externalIds: readonly string[];
  /** New text (BBCode); empty for deletions. */
  readonly text: string;
}

export interface DialogChange {
  readonly imChatId: string;
  /** Our chat id. */
  readonly chatId: string;
  readonly sessionId: string;
  /** The customer as the portal's user. */
  readonly portalUserId?: string;
}

export type PortalEvent =
  | (EventBase & {
      readonly kind: "app-installed";
      readonly version: string;
      readonly language: string;
      readonly installed: boolean;
    })
  | (EventBase & {
      readonly kind: "app-updated";
      readonly version: string;
      readonly previousVersion: string;
      readonly language: string;
    })
  /** `clean`: the administrator asked for all data of the portal to be erased. */
  | (EventBase & { readonly kind: "app-uninstalled"; readonly clean: boolean })
  | (EventBase & { readonly kind: "app-payment"; readonly expired: boolean; readonly status: string })
  | (EventBase & {
      readonly kind: "messages-added";
      readonly connector: string;
      readonly line: string;
      readonly messages: readonly OperatorMessage[];
    })
  | (EventBase & {
      readonly kind: "messages-updated" | "messages-deleted";
      readonly connector: string;
      readonly line: string;
      readonly messages: readonly OperatorChange[];
    })
  | (EventBase & {
      readonly kind: "dialogs-started" | "dialogs-finished";
      readonly connector: string;
      readonly line: string;
      readonly dialogs: readonly DialogChange[];
    })
  /** Somebody disconnected our connector from the line. */
  | (EventBase & { readonly kind: "status-deleted"; readonly connector: string; readonly line: string })
  /** A card of the CRM was changed (a deal: or made) or deleted: any card, by anybody, ourselves included. */
  | (EventBase & { readonly kind: "card-changed" | "card-deleted"; readonly type: EntityType; readonly id: string })
  /** Any line was deleted, ours or not. */
  | (EventBase & { readonly kind: "line-deleted"; readonly line: string });

export type ParsedEvent =
  | PortalEvent
  | { readonly kind: "unknown"; readonly name: string; readonly auth: EventAuth }
  | { readonly kind: "malformed"; readonly reason: string };

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const id = text.pipe(z.string().min(1).max(255));
/** PHP sends a list as a map when its keys are not 0, 1, 2, …; qs makes one of longer lists. */
const list = <Item extends z.ZodType>(item: Item) =>
  z.union([z.array(item), z.record(z.string(), item).transform((map) => Object.values(map) as z.output<Item>[])]);

const auth = z
  .object({
    member_id: id,
    application_token: id.optional().catch(undefined),
    domain: id.optional().catch(undefined),
    client_endpoint: id.optional().catch(undefined),
    server_endpoint: id.optional().catch(undefined),
    access_token: id.optional().catch(undefined),
    refresh_token: id.optional().catch(undefined),
    expires_in: z.coerce.number().int().positive().optional().catch(undefined),
    scope: text.optional().catch(undefined),
    user_id: id.optional().catch(undefined),
  })
  .transform(
    (raw): EventAuth => ({
      memberId: raw.member_id,
      ...(raw.application_token !== undefined && { applicationToken: raw.application_token }),
      ...(raw.domain !== undefined && { domain: raw.domain }),
      ...(raw.client_endpoint !== undefined && { clientEndpoint: raw.client_endpoint }),
      ...(raw.server_endpoint !== undefined && { serverEndpoint: raw.server_endpoint }),
      ...(raw.access_token !== undefined && { accessToken: raw.access_token }),
      ...(raw.refresh_token !== undefined && { refreshToken: raw.refresh_token }),
      ...(raw.expires_in !== undefined && { expiresIn: raw.expires_in }),
      // Commas in most events, blanks in installation events.
      scopes: (raw.scope ?? "").split(/[\s,]+/).filter((scope) => scope !== ""),
      ...(raw.user_id !== undefined && { userId: raw.user_id }),
    }),
  );

const envelope = z.object({
  event: z
    .string()
    .min(1)
    .max(100)
    .transform((name) => name.toUpperCase()),
  auth,
  data: z.unknown().optional(),
  ts: z.coerce.number().positive().max(1e11).optional().catch(undefined),
});

const flag = text.transform((value) => /^(y|1|true)$/i.test(value));
const word = text.catch("");
const size = z.coerce.number().nonnegative().optional().catch(undefined);
const file = z.object({ link: z.string().min(1), name: word, type: word, size, width: size, height: size });
const im = z.object({ chat_id: id, message_id: id });
const chat = z.object({ id });
const addition = z.object({
  im,
  chat,
  message: z.object({
    text: word,
    user_id: id.optional().catch(undefined),
    files: list(z.unknown()).catch([]),
  }),
});
const change = z.object({
  im,
  chat,
  message: z.object({ id: z.union([id.transform((one) => [one]), list(id)]).catch([]), text: word }),
});
const dialog = z.object({
  connector: z.object({ chat_id: id, user_id: id.optional().catch(undefined) }),
  session: z.object({ id }),
  chat,
  user: z.object({ id }).optional().catch(undefined),
});
const traffic = <Item extends z.ZodType>(item: Item) => z.object({ CONNECTOR: id, LINE: id, MESSAGES: list(item) });

/** Reads the body of an event. Total. */
export function parsePortalEvent(body: unknown): ParsedEvent {
  const read = envelope.safeParse(body);
  if (!read.success) return { kind: "malformed", reason: reasonOf(read.error) };
  const { event: name, data, auth: claims, ts } = read.data;
  const base: EventBase = { name, auth: claims, ...(ts !== undefined && { at: new Date(ts * 1000) }) };
  const reader = READERS[name];
  if (!reader) return { kind: "unknown", name, auth: claims };
  const parsed = reader(base, data);
  return "issue" in parsed ? { kind: "malformed", reason: `${name}: ${parsed.issue}` } : parsed;
}

type Reader = (base: EventBase, data: unknown) => PortalEvent | { readonly issue: string };

function reading<Schema extends z.ZodType>(
  schema: Schema,
  make: (base: EventBase, data: z.output<Schema>) => PortalEvent,
): Reader {
  return (base, data) => {
    const parsed = schema.safeParse(data);
    return parsed.success ? make(base, parsed.data) : { issue: reasonOf(parsed.error) };
  };
}

const dialogs = (kind: "dialogs-started" | "dialogs-finished") =>
  reading(z.object({ CONNECTOR: id, LINE: id, DATA: list(dialog) }), (base, data) => ({
    ...base,
    kind,
    connector: data.CONNECTOR,
    line: data.LINE,
    dialogs: data.DATA.map((one) => ({
      imChatId: one.chat.id,
      chatId: one.connector.chat_id,
      sessionId: one.session.id,
      ...((one.user?.id ?? one.connector.user_id) !== undefined && {
        portalUserId: one.user?.id ?? one.connector.user_id ?? "",
      }),
    })),
  }));
const changes = (kind: "messages-updated" | "messages-deleted") =>
  reading(traffic(change), (base, data) => ({
    ...base,
    kind,
    connector: data.CONNECTOR,
    line: data.LINE,
    messages: data.MESSAGES.map((one) => ({
      imChatId: one.im.chat_id,
      imMessageId: one.im.message_id,
      chatId: one.chat.id,
      externalIds: one.message.id,
      text: one.message.text,
    })),
  }));

/** `ONCRMLEADUPDATE` and its sisters carry the id alone. */
const cards = (kind: "card-changed" | "card-deleted", type: EntityType) =>
  reading(z.object({ FIELDS: z.object({ ID: id }) }), (base, data) => ({ ...base, kind, type, id: data.FIELDS.ID }));

const READERS: Readonly<Record<string, Reader>> = {
  ONAPPINSTALL: reading(z.object({ VERSION: word, LANGUAGE_ID: word, INSTALLED: flag.catch(false) }), (base, data) => ({
    ...base,
    kind: "app-installed",
    version: data.VERSION,
    language: data.LANGUAGE_ID,
    installed: data.INSTALLED,
  })),
  ONAPPUPDATE: reading(z.object({ VERSION: word, PREVIOUS_VERSION: word, LANGUAGE_ID: word }), (base, data) => ({
    ...base,
    kind: "app-updated",
    version: data.VERSION,
    previousVersion: data.PREVIOUS_VERSION,
    language: data.LANGUAGE_ID,
  })),
  ONAPPUNINSTALL: reading(z.object({ CLEAN: flag.catch(false) }), (base, data) => ({
    ...base,
    kind: "app-uninstalled",
    clean: data.CLEAN,
  })),
  ONAPPPAYMENT: reading(z.object({ PAYMENT_EXPIRED: flag.catch(false), STATUS: word }), (base, data) => ({
    ...base,
    kind: "app-payment",
    expired: data.PAYMENT_EXPIRED,
    status: data.STATUS,
  })),
  ONIMCONNECTORMESSAGEADD: reading(traffic(addition), (base, data) => ({
    ...base,
    kind: "messages-added",
    connector: data.CONNECTOR,
    line: data.LINE,
    messages: data.MESSAGES.map((one) => ({
      imChatId: one.im.chat_id,
      imMessageId: one.im.message_id,
      chatId: one.chat.id,
      text: one.message.text,
      ...(one.message.user_id !== undefined && { userId: one.message.user_id }),
      files: one.message.files.flatMap((raw) => attachmentOf(raw, base.auth)),
    })),
  })),
  ONIMCONNECTORMESSAGEUPDATE: changes("messages-updated"),
  ONIMCONNECTORMESSAGEDELETE: changes("messages-deleted"),
  ONIMCONNECTORDIALOGSTART: dialogs("dialogs-started"),
  ONIMCONNECTORDIALOGFINISH: dialogs("dialogs-finished"),
  // Keys in lower case here, by the documentation.
  ONIMCONNECTORSTATUSDELETE: reading(z.object({ connector: id, line: id }), (base, data) => ({
    ...base,
    kind: "status-deleted",
    ...data,
  })),
  ONCRMLEADUPDATE: cards("card-changed", "lead"),
  ONCRMLEADDELETE: cards("card-deleted", "lead"),
  ONCRMDEALADD: cards("card-changed", "deal"),
  ONCRMDEALUPDATE: cards("card-changed", "deal"),
  ONCRMDEALDELETE: cards("card-deleted", "deal"),
  ONCRMCONTACTDELETE: cards("card-deleted", "contact"),
  ONCRMCOMPANYDELETE: cards("card-deleted", "company"),
  ONIMCONNECTORLINEDELETE: reading(id, (base, line) => ({ ...base, kind: "line-deleted", line })),
};

const KINDS: Readonly<Record<string, AttachmentKind>> = {
  image: "photo",
  video: "video",
  audio: "audio",
  voice: "voice",
};

/** A link without a host is the portal's own. Whoever fetches it judges the address again. */
function attachmentOf(raw: unknown, claims: EventAuth): readonly Attachment[] {
  const parsed = file.safeParse(raw);
  if (!parsed.success) return [];
  const { link, name, type, size: bytes, width, height } = parsed.data;
  const base = claims.clientEndpoint ?? (claims.domain === undefined ? undefined : `https://${claims.domain}/`);
  const url = URL.parse(link, base);
  if (!url || !/^https?:$/.test(url.protocol)) return [];
  return [
    {
      kind: KINDS[type.toLowerCase().split("/")[0] ?? ""] ?? "file",
      source: { by: "portal", url: url.href },
      ...(name !== "" && { name }),
      ...(type.includes("/") && { mime: type }),
      ...(bytes !== undefined && { size: bytes }),
      ...(width !== undefined && width > 0 && { width }),
      ...(height !== undefined && height > 0 && { height }),
    },
  ];
}

function reasonOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.join(".") || "body"}: ${issue.message}` : "not readable";
}
