/**
 * What a portal sends to the handler of a message provider, a form as its events are, by
 * https://apidocs.bitrix24.com/api-reference/messageservice/messageservice-sender-add.html. Only what is read is kept.
 *
 * Pure: proves nothing. The handler compares the application token before it believes a word.
 */
import { z } from "zod";
import type { EntityType } from "../domain/person.ts";

export interface ProviderRequest {
  readonly memberId: string;
  readonly applicationToken: string;
  readonly code: string;
  readonly messageKey: string;
  readonly phone: string;
  readonly text: string;
  /** Whoever the portal ties the request to; an automation's is nobody's, whoever set it off. */
  readonly authorId?: string;
  readonly card?: { readonly type: EntityType; readonly id: string };
}

export type ParsedProviderRequest =
  | { readonly kind: "request"; readonly request: ProviderRequest }
  | { readonly kind: "malformed"; readonly reason: string };

/** https://apidocs.bitrix24.com/api-reference/crm/data-types.html: object types. */
const TYPES: Readonly<Record<string, EntityType>> = { 1: "lead", 2: "deal", 3: "contact", 4: "company" };
/** A workflow names its document like this: `DEAL_77`. */
const DOCUMENT = /^(LEAD|DEAL|CONTACT|COMPANY)_([1-9]\d{0,18})$/;
/** Of several cards the one that the conversation is about: a deal rather than its contact. */
const WEIGHT: readonly EntityType[] = ["deal", "lead", "contact", "company"];

const text = z.union([z.string(), z.number()]).transform(String);
const rows = z.preprocess(
  (value) => (Array.isArray(value) || typeof value !== "object" || value === null ? value : Object.values(value)),
  z.array(z.unknown()),
);
const binding = z.object({ OWNER_TYPE_ID: text, OWNER_ID: text.pipe(z.string().regex(/^[1-9]\d{0,18}$/)) });

const body = z.object({
  module_id: z.string().optional().catch(undefined),
  bindings: rows.optional().catch(undefined),
  document_id: rows.optional().catch(undefined),
  code: z.string().min(1).max(255),
  message_id: text.pipe(z.string().min(1).max(255)),
  message_to: text.pipe(z.string().min(1).max(255)),
  message_body: z.union([z.string(), z.number()]).transform(String),
  auth: z.object({
    member_id: z.string().min(1).max(64),
    application_token: z.string().min(1).max(255),
    user_id: text
      .pipe(z.string().regex(/^[1-9]\d{0,18}$/))
      .optional()
      .catch(undefined),
  }),
});

export function parseProviderRequest(fields: unknown): ParsedProviderRequest {
  const parsed = body.safeParse(fields);
  if (!parsed.success) return { kind: "malformed", reason: z.prettifyError(parsed.error) };
  const { auth, code, message_id, message_to, message_body, module_id } = parsed.data;
  const isByHand = module_id === "crm";
  const card = isByHand ? boundCard(parsed.data.bindings ?? []) : documentCard(parsed.data.document_id ?? []);
  return {
    kind: "request",
    request: {
      ...{ memberId: auth.member_id, applicationToken: auth.application_token, code, messageKey: message_id },
      ...{ phone: message_to, text: message_body },
      ...(isByHand && auth.user_id !== undefined && { authorId: auth.user_id }),
      ...(card && { card }),
    },
  };
}

type Card = NonNullable<ProviderRequest["card"]>;

function boundCard(bindings: readonly unknown[]): Card | undefined {
  const cards = bindings.flatMap((one): Card[] => {
    const { data } = binding.safeParse(one);
    const type = data && TYPES[data.OWNER_TYPE_ID];
    return data && type ? [{ type, id: data.OWNER_ID }] : [];
  });
  return cards.toSorted((a, b) => WEIGHT.indexOf(a.type) - WEIGHT.indexOf(b.type))[0];
}

/** Module, class of the document, and its id. */
function documentCard(document: readonly unknown[]): Card | undefined {
  const [, type, id] = DOCUMENT.exec(String(document[2] ?? "")) ?? [];
  const known = WEIGHT.find((one) => one.toUpperCase() === type);
  return known && id !== undefined ? { type: known, id } : undefined;
}
