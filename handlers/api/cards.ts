import { conversationParams } from "../../src/api/belonging.ts";
import { cardMade, cardPlaces, cardSearch, cardsFound, newCard } from "../../src/api/cards.ts";
import { errorAnswer } from "../../src/api/common.ts";
import type { EntityType } from "../../src/domain/person.ts";
import type { Crm, CrmItem, CrmRef } from "../../src/portal/contract/crm.ts";
import type { PortalOutcome } from "../../src/portal/contract.ts";
import { findContacts } from "../../src/rules/contacts/find-contacts.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { isDenied, portalError } from "./answers.ts";
import { cardNames, presentCard } from "./card-names.ts";
import type { ApiDeps } from "./deps.ts";
import { findPlace, findReadable } from "./place.ts";

const security = [{ session: [] }];
const tags = ["customers"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const MOST = 20;

/** Cards made by hand from a conversation, and cards found to attach it to: with the viewer's own rights in the CRM. */
export function registerCardRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  scope.get(
    "/card-places",
    {
      schema: {
        summary: "Where a card can be made: whether there are leads, and the pipelines of deals",
        tags,
        security,
        response: { 200: cardPlaces, ...errors },
      },
    },
    async (request) => {
      const crm = deps.portals.crm(viewerOf(request).portal);
      const [leads, pipelines] = await Promise.all([crm.usesLeads(), crm.pipelines()]);
      if (leads.kind !== "ok") throw portalError(leads);
      if (pipelines.kind !== "ok") throw portalError(pipelines);
      return {
        leads: leads.value,
        pipelines: pipelines.value.map(({ id, name, isDefault }) => ({ id, name, isDefault })),
      };
    },
  );

  scope.post(
    "/conversations/:id/cards",
    {
      schema: {
        summary: "Makes a lead, deal or contact for whoever writes, with what was said",
        description:
          "With the viewer's own rights. A lead or deal takes what is written from then on. The same `clientId` again answers the card that the first request made; 409 `under_way` while that is not known.",
        tags,
        security,
        params: conversationParams,
        body: newCard,
        response: { 200: cardMade, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const place = await findPlace(deps, access, viewer, request.params.id);
      const { transcriptUntil, ...wish } = request.body;
      const person = await deps.store.people.ofConversation(viewer.portal, place.conversation.id);
      if (!person)
        throw new HttpError(409, "nobody_known", "It is not known yet who writes here. Try again in a moment.");
      const made = await deps.byHand.create(
        { ...place, channel: request.say(place.adapter.title) },
        person,
        viewer.userId,
        { ...wish, ...(transcriptUntil !== undefined && { transcriptUntil: new Date(transcriptUntil) }) },
      );
      if (made.kind === "failed") throw portalError(made.outcome);
      if (made.kind === "unsure")
        throw new HttpError(
          409,
          "under_way",
          "It may have been made already: Bitrix24 has not said so. Try again in a minute; it is made only once.",
        );
      const { card, entry, transcript } = made;
      deps.news.ofConversation(viewer.portal, place.conversation.id);
      return { card: { type: wish.type, id: card.id, title: card.title }, entry: entry ?? null, transcript };
    },
  );

  scope.get(
    "/conversations/:id/card-search",
    {
      schema: {
        summary: "Cards by their title, number, a name, or a phone or e-mail in them",
        tags,
        security,
        params: conversationParams,
        querystring: cardSearch,
        response: { 200: cardsFound, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      await findReadable(deps, access, viewer, request.params.id);
      const crm = deps.portals.crmOf(viewer.portal, viewer.userId);
      const items = (await find(crm, request.query.text, await countryOf(viewer.portal))).slice(0, MOST);
      const named = await cardNames(deps, viewer, items);
      return items.map((item) => presentCard(item, named));
    },
  );

  async function countryOf(portal: Parameters<ApiDeps["rules"]["of"]>[0]) {
    const { ruleset } = await deps.rules.of(portal);
    const { defaultCountry, eightIsSeven } = ruleset.identity;
    return { defaultCountry, eightIsSeven };
  }
}

/** Everything that the words may mean is asked at once; what the viewer may not read is not found. */
async function find(crm: Crm, words: string, country: Parameters<typeof findContacts>[1]): Promise<readonly CrmItem[]> {
  const number = /^[#№]?\s*(\d{1,15})$/u.exec(words)?.[1];
  const { phones, emails } = findContacts(words, country);
  const asked = await Promise.all([
    ...(number === undefined
      ? []
      : [crm.list({ type: "deal", ids: [number] }), crm.list({ type: "lead", ids: [number] })]),
    crm.findByTitle("deal", words),
    crm.findByTitle("lead", words),
    ...(number === undefined && phones.length + emails.length === 0
      ? [crm.findByName("lead", words), byName(crm, words)]
      : []),
    ...(phones.length === 0
      ? []
      : [
          byContact(
            crm,
            "phone",
            phones.map((one) => one.number),
          ),
        ]),
    ...(emails.length === 0
      ? []
      : [
          byContact(
            crm,
            "email",
            emails.map((one) => one.address),
          ),
        ]),
  ]);
  const failed = asked.find((outcome) => outcome.kind !== "ok" && !isDenied(outcome));
  if (failed && failed.kind !== "ok") throw portalError(failed);
  const items = asked.flatMap((outcome) => (outcome.kind === "ok" ? outcome.value : []));
  return [...new Map(items.filter(({ open }) => open).map((item) => [`${item.type} ${item.id}`, item])).values()];
}

/** Contacts of that name, and their deals. */
async function byName(crm: Crm, words: string): Promise<PortalOutcome<readonly CrmItem[]>> {
  const contacts = await crm.findByName("contact", words);
  if (contacts.kind !== "ok" || contacts.value.length === 0) return contacts;
  const ids = contacts.value.slice(0, MOST).map(({ id }) => id);
  const deals = await crm.list({ type: "deal", contacts: ids, companies: [] });
  if (deals.kind !== "ok") return isDenied(deals) ? contacts : deals;
  return { kind: "ok", value: [...deals.value, ...contacts.value] };
}

/** Leads and contacts that have it, and the deals of those contacts. */
async function byContact(
  crm: Crm,
  kind: "phone" | "email",
  values: readonly string[],
): Promise<PortalOutcome<readonly CrmItem[]>> {
  const found = await crm.findByContact(kind, values);
  if (found.kind !== "ok") return found;
  const ids = (type: EntityType) => found.value.flatMap((one: CrmRef) => (one.type === type ? [one.id] : []));
  const [leads, contacts, deals] = await Promise.all([
    crm.list({ type: "lead", ids: ids("lead") }),
    crm.list({ type: "contact", ids: ids("contact") }),
    crm.list({ type: "deal", contacts: ids("contact"), companies: ids("company") }),
  ]);
  const failed = [leads, contacts, deals].find((outcome) => outcome.kind !== "ok" && !isDenied(outcome));
  if (failed) return failed;
  return {
    kind: "ok",
    value: [deals, leads, contacts].flatMap((outcome) => (outcome.kind === "ok" ? outcome.value : [])),
  };
}
