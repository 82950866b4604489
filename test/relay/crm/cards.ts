import type { ConversationId } from "../../../src/domain/ids.ts";
import type { EntityType } from "../../../src/domain/person.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import type { SiteFacts } from "../../../src/domain/site-facts.ts";
import type { PortalEmulator } from "../../emulators/portal/emulator.ts";
import type { CrmItem } from "../../emulators/portal/model.ts";
import type { Relay } from "../harness.ts";

const TYPE_IDS: Readonly<Record<EntityType, number>> = { lead: 1, deal: 2, contact: 3, company: 4 };

const crmOf = (emulator: PortalEmulator) => emulator.portal().portal.crm;

/** Cards that carry this phone or e-mail, as the emulated CRM holds them. */
export const cardsWith = (emulator: PortalEmulator, type: EntityType, value: string): readonly CrmItem[] =>
  [...(crmOf(emulator).items.get(TYPE_IDS[type])?.values() ?? [])].filter((item) =>
    JSON.stringify(item.fields.fm).includes(value),
  );

export const dealsOf = (emulator: PortalEmulator, contact: number): readonly CrmItem[] =>
  [...(crmOf(emulator).items.get(TYPE_IDS.deal)?.values() ?? [])].filter(
    (item) => Number(item.fields.contactId) === contact,
  );

/** Phones and addresses of a card, in the order in which they were added. */
export const valuesOf = (item: CrmItem | undefined): readonly unknown[] =>
  ((item?.fields.fm ?? []) as readonly { readonly typeId: string; readonly value: unknown }[])
    // The portal puts a chat's address beside them when it links it.
    .filter((field) => field.typeId !== "IM")
    .map((field) => field.value);

export const commentsOn = (emulator: PortalEmulator, type: EntityType, id: number): readonly string[] =>
  crmOf(emulator)
    .comments.filter((comment) => comment.entityType === type && comment.entityId === id)
    .map((comment) => comment.text);

/** A card that was there before the customer wrote. */
export const cardExists = (emulator: PortalEmulator, type: EntityType, fields: Record<string, unknown>): CrmItem =>
  crmOf(emulator).add(TYPE_IDS[type], { title: `An old ${type}`, ...fields }, 1, Date.now());

export const phoneField = (value: string) => ({ fm: [{ typeId: "PHONE", valueType: "WORK", value }] });

/** Commands to the portal since its log was emptied, by their methods. */
export const commandsTo = (emulator: PortalEmulator): readonly string[] =>
  emulator.requests
    .entries({})
    .flatMap((entry) => entry.commands ?? [])
    .map((one) => one.method);

/** A message of a customer, and one run of its lane. */
export async function writes(
  relay: Relay,
  chat: string,
  text: string,
  more: { readonly phone?: string; readonly email?: string; readonly site?: SiteFacts } = {},
): Promise<ConversationId> {
  const { site, ...contact } = more;
  const conversation = await relay.customerWrites(chat, text, {
    customer: { externalId: chat, name: "Maria", ...contact },
    content: { body: plainText(text), attachments: [], ...(site && { site }) },
  });
  await relay.run("in", conversation);
  return conversation;
}

/** The agent closes the chat. */
export const closes = (relay: Relay, conversation: ConversationId): Promise<void> =>
  relay.store.conversations.learn(relay.portal, conversation, { open: false });

/** Runs the lane until nothing is left to do, the clock going on between. */
export async function runToTheEnd(relay: Relay, conversation: ConversationId): Promise<void> {
  for (let run = 0; run < 12; run += 1) {
    if ((await relay.run("in", conversation)).kind === "idle") return;
    relay.advance(30_000);
  }
  throw new Error("the lane does not come to rest");
}
