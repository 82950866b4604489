import type { Chat, CrmItem, OpenLine, Session } from "./model.ts";
import type { EmulatedPortal } from "./portal.ts";
import { asInteger, asText } from "./values.ts";

/** What the portal knows of a customer when a session starts. */
export interface Person {
  name: string;
  lastName: string;
  phone: string;
  email: string;
}

const typeIds = { lead: 1, deal: 2, contact: 3, company: 4 } as const;

/**
 * The portal's own search and creation at the start of a session. `disable_crm` does not stop this part; only the
 * line settings do (CRM=N: nothing; CRM_CREATE=none: links what exists).
 */
export function linkSessionToCrm(
  portal: EmulatedPortal,
  line: OpenLine,
  chat: Chat,
  session: Session,
  person: Person,
): void {
  if (asText(line.config.CRM) !== "Y") return;
  const crm = portal.crm;
  const imValue = `imol|${chat.userCode}`;
  const search = (typeId: number): CrmItem | undefined => {
    const ids = [
      ...crm.findByContact(typeId, "IM", imValue),
      ...(person.phone === "" ? [] : crm.findByContact(typeId, "PHONE", person.phone)),
      ...(person.email === "" ? [] : crm.findByContact(typeId, "EMAIL", person.email)),
      ...(portal.settings.matchByName && person.name !== ""
        ? crm.findByName(typeId, person.name, person.lastName)
        : []),
    ];
    return ids.map((id) => crm.item(typeId, id)).find((item) => item !== undefined && item.fields.closed !== "Y");
  };

  const contact = search(typeIds.contact);
  const company = search(typeIds.company);
  const lead = contact === undefined && company === undefined ? search(typeIds.lead) : undefined;
  chat.crm.contact = contact?.id ?? chat.crm.contact;
  chat.crm.company = company?.id ?? chat.crm.company;
  chat.crm.lead = lead?.id ?? chat.crm.lead;
  if (contact !== undefined) {
    chat.crm.deal = openDealOf(portal, contact.id)?.id ?? chat.crm.deal;
    crm.addMultiField(contact, "IM", "IMOL", imValue);
  }

  const wanted = asText(line.config.CRM_CREATE);
  if (wanted === "lead" && crm.mode === 1) createLead(portal, line, chat, person, imValue);
  else if (wanted === "deal" || wanted === "lead") createDeal(portal, line, chat, person, imValue);
  recordActivity(portal, chat, session);
}

function openDealOf(portal: EmulatedPortal, contactId: number): CrmItem | undefined {
  const deals = [...(portal.crm.items.get(typeIds.deal)?.values() ?? [])];
  return deals.reverse().find((deal) => asInteger(deal.fields.contactId) === contactId && deal.fields.closed !== "Y");
}

function sourceOf(portal: EmulatedPortal, line: OpenLine, chat: Chat): string {
  const source = asText(line.config.CRM_SOURCE);
  if (source !== "create") return source;
  const statusId = `${line.id}|${chat.connector.toUpperCase()}`.slice(0, 50);
  portal.crm.addStage(
    "SOURCE",
    statusId,
    `${portal.connectors.get(chat.connector)?.name ?? chat.connector} - ${asText(line.config.LINE_NAME)}`,
  );
  return statusId;
}

function multiFieldsOf(person: Person, imValue: string): object[] {
  return [
    ...(person.phone === "" ? [] : [{ typeId: "PHONE", valueType: "WORK", value: person.phone }]),
    ...(person.email === "" ? [] : [{ typeId: "EMAIL", valueType: "WORK", value: person.email }]),
    { typeId: "IM", valueType: "IMOL", value: imValue },
  ];
}

function createLead(portal: EmulatedPortal, line: OpenLine, chat: Chat, person: Person, imValue: string): void {
  if (chat.crm.lead > 0 || chat.crm.contact > 0 || chat.crm.company > 0) return;
  const fields = {
    title: chat.title,
    name: person.name,
    lastName: person.lastName,
    sourceId: sourceOf(portal, line, chat),
    assignedById: chat.ownerId,
    fm: multiFieldsOf(person, imValue),
  };
  const lead = portal.crm.add(typeIds.lead, fields, chat.ownerId, portal.now());
  chat.crm.lead = lead.id;
  portal.emit("ONCRMLEADADD", { FIELDS: { ID: lead.id } }, { userId: chat.ownerId });
}

function createDeal(portal: EmulatedPortal, line: OpenLine, chat: Chat, person: Person, imValue: string): void {
  const now = portal.now();
  if (chat.crm.contact === 0) {
    const fields = {
      name: person.name,
      lastName: person.lastName,
      sourceId: sourceOf(portal, line, chat),
      assignedById: chat.ownerId,
      fm: multiFieldsOf(person, imValue),
    };
    const contact = portal.crm.add(typeIds.contact, fields, chat.ownerId, now);
    chat.crm.contact = contact.id;
    portal.emit("ONCRMCONTACTADD", { FIELDS: { ID: contact.id } }, { userId: chat.ownerId });
  }
  if (chat.crm.deal > 0 && asText(line.config.CRM_CREATE_THIRD) !== "N") return;
  const fields = {
    title: chat.title,
    categoryId: asInteger(line.config.CRM_CREATE_SECOND) ?? 0,
    contactId: chat.crm.contact,
    sourceId: sourceOf(portal, line, chat),
    assignedById: chat.ownerId,
  };
  const deal = portal.crm.add(typeIds.deal, fields, chat.ownerId, now);
  chat.crm.deal = deal.id;
  portal.emit("ONCRMDEALADD", { FIELDS: { ID: deal.id } }, { userId: chat.ownerId });
}

/** A linked session shows in the card's timeline as an activity of the open lines provider. */
function recordActivity(portal: EmulatedPortal, chat: Chat, session: Session): void {
  const owner = (["deal", "lead", "contact", "company"] as const).find((name) => chat.crm[name] > 0);
  if (owner === undefined) return;
  const activity = portal.crm.addActivity(
    {
      OWNER_ID: String(chat.crm[owner]),
      OWNER_TYPE_ID: String(typeIds[owner]),
      TYPE_ID: "6",
      PROVIDER_ID: "IMOPENLINES_SESSION",
      PROVIDER_TYPE_ID: String(chat.line),
      ASSOCIATED_ENTITY_ID: String(session.id),
      SUBJECT: chat.title,
      DIRECTION: "1",
      RESPONSIBLE_ID: String(chat.ownerId),
      AUTHOR_ID: String(chat.ownerId),
    },
    portal.now(),
  );
  session.activityId = activity.id;
}

const emailPattern = /[\w.+-]+@[\w-]+\.[\w.-]+\w/g;
const phonePattern = /\+?\d[\d\s()-]{8,}\d/g;

/**
 * The tracker proper: reads phones and e-mails out of message text, joins them to the linked entity, or links the
 * chat to whoever owns them. This is what `disable_crm`, CRM_CHAT_TRACKER=N and group connectors switch off.
 */
export function trackMessageText(portal: EmulatedPortal, line: OpenLine, chat: Chat, text: string): void {
  if (asText(line.config.CRM) !== "Y" || asText(line.config.CRM_CHAT_TRACKER) !== "Y") return;
  const found = [
    ...(text.match(emailPattern) ?? []).map((value) => ({ typeId: "EMAIL", value })),
    ...(text.match(phonePattern) ?? []).map((value) => ({ typeId: "PHONE", value: value.trim() })),
  ];
  for (const { typeId, value } of found) {
    const target = (["contact", "lead", "company"] as const).find((name) => chat.crm[name] > 0);
    if (target !== undefined) {
      const item = portal.crm.item(typeIds[target], chat.crm[target]);
      if (item !== undefined) portal.crm.addMultiField(item, typeId, "WORK", value);
      continue;
    }
    for (const name of ["contact", "company", "lead"] as const) {
      const [id] = portal.crm.findByContact(typeIds[name], typeId, value);
      if (id === undefined) continue;
      chat.crm[name] = id;
      break;
    }
  }
}
