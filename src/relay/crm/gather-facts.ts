import { DateTime } from "luxon";
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Message } from "../../domain/message.ts";
import type { ContactPoint, LinkedEntity, Person } from "../../domain/person.ts";
import { readSubject } from "../../mail/threads/subjects.ts";
import { type CrmItem, type CrmRef, MOST_FOUND, MOST_VALUES } from "../../portal/contract/crm.ts";
import type { Facts } from "../../rules/facts.ts";
import { factsSchema } from "../../rules/facts.ts";
import { departmentsOf, type Ruleset } from "../../rules/ruleset.ts";
import type { Given } from "../../store/contract/rules.ts";
import { answerOf, type Case, type CrmDeps, certain } from "./context.ts";
import { companyAt, spellingsOf } from "./email-search.ts";
import { isOurs, letterOf, ownerOf } from "./letters.ts";
import { readCards, threadPlace } from "./thread-card.ts";

const LONGEST_TEXT = 4_000;
const MOST_RECIPIENTS = 200;
const MOST_NAMED = 20;
const DAY_MS = 24 * 3_600_000;

/** What the portal was searched for, and all cards that have any of it. */
export type Searched = readonly { readonly points: readonly ContactPoint[]; readonly cards: readonly CrmRef[] }[];

/**
 * Whether a search has told that a card does not hold a number or an address. Which spellings are one number is the
 * portal's to say here: what its search does not find, it does not link calls by either.
 */
export const lacks = (searched: Searched, card: CrmRef, { kind, key }: ContactPoint): boolean =>
  searched.some(
    ({ points, cards }) =>
      points.some((point) => point.kind === kind && point.key === key) &&
      !cards.some(({ type, id }) => type === card.type && id === card.id),
  );

/**
 * All that a decision looks at. Reads and nothing else, so a failure leaves nothing behind: `CrmUnavailable`, and later again.
 *
 * Commands to the portal, its directories aside: for a person whose cards we know, one (the deals of their contact, as
 * somebody may have made one by hand), and for a letter, once a day, who has their card; for a new one a search for each kind of contact data, and the leads and deals that
 * the search leads to.
 */
export async function gatherFacts(
  deps: CrmDeps,
  of: Case,
  person: Person,
  rows: readonly Message[],
): Promise<{ readonly facts: Facts; readonly searched: Searched }> {
  const { found: own, searched } = await findInCrm(deps, of, person);
  const thread = (await threadPlace(deps, of))?.cards ?? [];
  const foreign = thread.filter((card) => !own.some((one) => one.type === card.type && one.id === card.id));
  const others = foreign.length === 0 ? [] : await readCards(of, foreign);
  const found = [...own, ...others.map((item) => linked(item, "portal", deps.now()))];
  const { crm, ruleset } = of;
  const [leads, stages, pipelines, given] = await Promise.all([
    crm.usesLeads(),
    crm.leadStages(),
    crm.pipelines(),
    deps.store.decisions.given(of.conversation.portal, new Date(deps.now().getTime() - DAY_MS)),
  ]);
  const pipelineList = answerOf(pipelines);
  const directory = await whoIsThere(deps, of, found, given);
  const facts = factsSchema.parse({
    ...messageFacts(of, person, rows, deps.now(), ruleset),
    crm: {
      leads: answerOf(leads) ?? true,
      found: found.map(toFact),
      thread,
      chosen: found.flatMap(({ type, id, chosen }) => (chosen === true ? [{ type, id }] : [])),
    },
    directory: {
      leadStages: answerOf(stages)?.map((stage) => stage.id) ?? null,
      pipelines: pipelineList
        ? Object.fromEntries(pipelineList.map(({ id, stages: of }) => [id, of.map((stage) => stage.id)]))
        : null,
      ...directory,
    },
  });
  return { facts, searched };
}

/** Departments that the rules name, their members, and whoever is responsible for something that was found. */
async function whoIsThere(
  deps: CrmDeps,
  of: Case,
  found: readonly LinkedEntity[],
  given: readonly Given[],
): Promise<Record<string, unknown>> {
  const named = departmentsOf(of.ruleset);
  const departments: Record<string, readonly string[]> = {};
  for (const id of named) departments[id] = answerOf(await of.people.members(id)) ?? [];
  const members = [...new Set(Object.values(departments).flat())];
  const responsible = found.flatMap((one) => one.responsible ?? []);
  const ids = [...new Set([...members, ...responsible])];
  const [people, loads] = await Promise.all([of.people.list(ids), deps.store.decisions.loads(of.conversation.portal)]);
  const listed = answerOf(people) ?? [];
  // Where nobody is at work the portal keeps no working time, or it is night: then everybody is as good as another.
  const isKept = listed.some((one) => members.includes(one.id) && !one.absent);
  return {
    departments,
    people: listed.map(({ id, active, absent }) => ({
      id,
      active,
      absent: absent && isKept,
      load: loads.get(id) ?? 0,
      given: given.filter((one) => one.person === id).reduce((sum, one) => sum + one.count, 0),
    })),
    lastGiven: Object.fromEntries(given.toReversed().map(({ filter, person }) => [filter, person])),
  };
}

/** What came in: a channel that nobody can answer on brings requests alone, and a site may bring both. */
export function eventOf({ capabilities }: ChannelAdapter, rows: readonly Message[]): "chat" | "request" | "mail" {
  if (capabilities.letters === true) return "mail";
  const form = siteOf(rows)?.form;
  return capabilities.oneWay !== undefined || form === "request" || form === "offline" ? "request" : "chat";
}

const siteOf = (rows: readonly Message[]) => rows.find((row) => row.content.site !== undefined)?.content.site;

/** What we know of a person's cards, as they were when they were last read. */
export const knownFound = (person: Pick<Person, "entities"> | undefined): Facts["crm"]["found"] =>
  (person?.entities ?? []).map((one) => toFact(one));

/** What the message and its sender tell: no question to anybody. */
export function messageFacts(
  { account, adapter, conversation }: Pick<Case, "account" | "adapter" | "conversation">,
  person: Pick<Person, "points"> | undefined,
  rows: readonly Message[],
  now: Date,
  { time }: Ruleset,
): Record<string, unknown> {
  const { customer } = conversation;
  const site = siteOf(rows);
  // What the messenger or the site tells beside it is no word of the customer's, and what we wrote is none either.
  const theirs = rows.filter((row) => row.direction === "in");
  const mail = letterOf(rows);
  const told = theirs.filter((row) => row.content.notice === undefined);
  const first = rows[0]?.origin;
  const text = (told.length > 0 ? told : theirs)
    .map((row) => row.content.body.text)
    .filter((part) => part !== "")
    .join("\n");
  const pointsOf = (kind: "phone" | "email") =>
    (person?.points ?? [])
      // The company's own number reaches nobody, and stands in no title.
      .filter((point) => point.kind === kind && point.linkable)
      .toSorted((a, b) => Number(b.first) - Number(a.first))
      .map((point) => (kind === "phone" ? point.key : point.shown));
  return {
    event: eventOf(adapter, rows),
    local: localTime(now, time),
    channel: account.channel,
    account: { id: account.id, name: account.name },
    line: account.line ?? null,
    conversation: conversation.id,
    customer: {
      name: customer.name,
      lastName: customer.lastName,
      username: customer.username,
      language: customer.language,
      phones: pointsOf("phone"),
      emails: pointsOf("email"),
      canBeAnswered: adapter.capabilities.leaves !== true,
    },
    begunBy: rows[0]?.direction === "out" && first?.by === "surface" ? first.authorId : null,
    text: text.slice(0, LONGEST_TEXT),
    tags: conversation.tags,
    ...(mail && { mail: mailFacts(account, mail) }),
    ...(site && {
      site: {
        host: site.site,
        page: site.page?.url,
        landing: site.landing,
        referrer: site.referrer,
        form: site.form,
        utm: site.utm,
        fields: Object.fromEntries((site.fields ?? []).map(({ name, value }) => [name, value.slice(0, LONGEST_TEXT)])),
      },
    }),
  };
}

function mailFacts(
  account: Case["account"],
  { letter, message }: NonNullable<ReturnType<typeof letterOf>>,
): Record<string, unknown> {
  return {
    from: letter.from.address,
    to: [...letter.to, ...letter.cc].map(({ address }) => address).slice(0, MOST_RECIPIENTS),
    subject: letter.subject.slice(0, LONGEST_TEXT),
    class: letter.class,
    named: (readSubject(letter.subject)?.deals ?? []).slice(0, MOST_NAMED).map((id) => ({ type: "deal", id })),
    ours: isOurs(message),
    owner: ownerOf(account),
  };
}

function localTime(now: Date, { zone, workingHours }: Ruleset["time"]): Facts["local"] {
  const local = DateTime.fromJSDate(now, { zone });
  const time = local.toFormat("HH:mm");
  return {
    date: local.toFormat("yyyy-MM-dd"),
    time,
    weekday: local.weekday,
    workingHours:
      workingHours === null
        ? null
        : workingHours.days.includes(local.weekday) && workingHours.from <= time && time < workingHours.to,
  };
}

interface Found {
  readonly found: readonly LinkedEntity[];
  readonly searched: Searched;
}

async function findInCrm(deps: CrmDeps, of: Case, person: Person): Promise<Found> {
  const known = person.entities;
  const refs: (CrmRef & { readonly why: LinkedEntity["why"] })[] = [...known];
  const searched: Searched[number][] = [];
  if (known.length === 0)
    for (const kind of ["phone", "email"] as const) {
      const points = person.points.filter((point) => point.kind === kind && point.linkable && !point.shared);
      const values = kind === "phone" ? points.map(({ key }) => key) : spellingsOf(of, points);
      const cards = certain(await of.crm.findByContact(kind, values));
      refs.push(...cards.map((ref) => ({ ...ref, why: kind })));
      // Where there are so many the portal does not tell them all.
      if (cards.length < MOST_FOUND) searched.push({ points: points.slice(0, MOST_VALUES), cards });
    }
  if (refs.length === 0) {
    const company = await companyAt(deps, of, person);
    if (company) refs.push({ ...company, why: "domain" });
  }
  /** Ids of what was found. */
  const idsOf = (type: CrmRef["type"]) => [...new Set(refs.flatMap((ref) => (ref.type === type ? [ref.id] : [])))];
  const items: CrmItem[] = [];
  // Read before a time of which no event may have told: after an outage of ours or the portal's.
  const isStale = ({ freshAt }: LinkedEntity) =>
    freshAt === undefined || (of.gapAt !== undefined && freshAt < of.gapAt);
  const isLeadStale = known.some((one) => one.type === "lead" && isStale(one));
  if (known.length === 0 || isLeadStale)
    items.push(...certain(await of.crm.list({ type: "lead", ids: idsOf("lead") })));
  // A lead that was converted leads on to the contact and company that were made of it.
  for (const lead of items) {
    if (lead.contactId !== undefined) refs.push({ type: "contact", id: lead.contactId, why: "contact" });
    if (lead.companyId !== undefined) refs.push({ type: "company", id: lead.companyId, why: "contact" });
  }
  const [contacts, companies] = [idsOf("contact"), idsOf("company")];
  items.push(...certain(await of.crm.list({ type: "deal", contacts, companies })));
  const missing = known.filter((one) => one.type === "deal" && !items.some((item) => item.id === one.id));
  const isDealStale = missing.some(isStale);
  if (isDealStale) items.push(...certain(await of.crm.list({ type: "deal", ids: missing.map((one) => one.id) })));
  // Asked for by its id and not there: it was deleted, and no event told.
  const asked = [...(isLeadStale ? known.filter((one) => one.type === "lead") : []), ...(isDealStale ? missing : [])];
  const gone = asked.filter((one) => !items.some((item) => item.type === one.type && item.id === one.id));
  for (const { type, id } of gone) await deps.store.people.entityGone(of.conversation.portal, type, id);

  const now = deps.now();
  const read = items.map((item): LinkedEntity => {
    const ref = refs.find((one) => one.type === item.type && one.id === item.id);
    const isChosen = known.some((one) => one.chosen === true && one.type === item.type && one.id === item.id);
    return { ...linked(item, ref?.why ?? "contact", now), ...(isChosen && { chosen: true }) };
  });
  const named = refs
    .filter((ref, at) => isHolder(ref) && refs.findIndex((one) => one.type === ref.type && one.id === ref.id) === at)
    .map(
      (ref): LinkedEntity =>
        known.find((one) => one.type === ref.type && one.id === ref.id) ?? {
          type: ref.type,
          id: ref.id,
          why: ref.why,
          title: "",
          open: true,
          lastActiveAt: new Date(0),
          freshAt: now,
        },
    );
  const holders = of.adapter.capabilities.letters === true ? await withResponsible(of, named, read, now) : named;
  const unread = known.filter(
    (one) => ![...read, ...holders, ...gone].some((it) => it.type === one.type && it.id === one.id),
  );
  await deps.store.people.saveEntities(of.conversation.portal, person.id, [...read, ...holders]);
  return { found: [...read, ...holders, ...unread], searched };
}

/**
 * A letter stands in the contact's or company's own card where nothing else is open, and somebody has to look at it: whoever
 * has that card, read once a day for all of a person's threads and letters.
 */
async function withResponsible(
  of: Case,
  holders: readonly LinkedEntity[],
  items: readonly LinkedEntity[],
  now: Date,
): Promise<readonly LinkedEntity[]> {
  const isFresh = ({ responsible, freshAt }: LinkedEntity) =>
    responsible !== undefined && freshAt !== undefined && now.getTime() - freshAt.getTime() < DAY_MS;
  if (items.some(({ open }) => open)) return holders;
  const read: CrmItem[] = [];
  for (const type of ["contact", "company"] as const) {
    const ids = holders.filter((one) => one.type === type && !isFresh(one)).map(({ id }) => id);
    if (ids.length > 0) read.push(...(answerOf(await of.crm.list({ type, ids })) ?? []));
  }
  return holders.map((one) => {
    const item = read.find(({ type, id }) => type === one.type && id === one.id);
    return item?.responsible === undefined ? one : { ...one, responsible: item.responsible, freshAt: now };
  });
}

const isHolder = ({ type }: CrmRef) => type === "contact" || type === "company";

const linked = (item: CrmItem, why: LinkedEntity["why"], freshAt: Date): LinkedEntity => ({
  type: item.type,
  id: item.id,
  why,
  title: item.title,
  open: item.open,
  ...(item.pipeline !== undefined && { pipeline: item.pipeline }),
  ...(item.stage !== undefined && { stage: item.stage }),
  ...(item.responsible !== undefined && { responsible: item.responsible }),
  lastActiveAt: item.lastActiveAt,
  ...(item.type === "deal" && { wonAt: item.wonAt ?? null }),
  freshAt,
});

const BY: Readonly<Record<LinkedEntity["why"], Facts["crm"]["found"][number]["by"]>> = {
  made: "link",
  portal: "link",
  admin: "link",
  phone: "phone",
  email: "email",
  contact: "contact",
  domain: "domain",
};

const toFact = ({ why, freshAt: _freshAt, chosen: _chosen, wonAt: _wonAt, lastActiveAt, ...entity }: LinkedEntity) => ({
  ...entity,
  by: BY[why],
  lastActiveAt: lastActiveAt.toISOString(),
});
