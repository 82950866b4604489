import { type Plan, planFor } from "./compile.ts";
import { firstThatHolds, type Subject } from "./conditions.ts";
import type { Creation, Decision, Target } from "./decision.ts";
import type { CrmEntity, Facts } from "./facts.ts";
import { choosePlace } from "./placing.ts";
import type { Reason } from "./reasons.ts";
import { chooseResponsible } from "./responsible.ts";
import type { Groups, Ruleset } from "./ruleset.ts";
import { chooseTargets, type Found, pinnedTargets, sortFound } from "./targets.ts";

/**
 * Where a message belongs: pure, total and deterministic. The same facts and rules give the same decision, whatever the
 * order in which the CRM answered; the dry run of the settings page, `inspect -- decision` and the workers call this.
 *
 * A decision is made once for a session of a conversation. Making the same one twice is harmless; that it is carried out
 * once is for `relay` to see to.
 */
export function evaluate(facts: Facts, ruleset: Ruleset): Decision {
  const plan = planFor(facts, ruleset);
  const { groups } = plan;
  const found = sortFound(facts.crm.found);
  const subject = subjectOf(facts, found, groups.comments.addToClosed);
  const reasons: Reason[] = [contactReason(subject, found)];
  if (facts.event === "missed") reasons.push({ code: "chat-missed" });

  const transfer = decideTransfer(subject, plan, reasons);
  const owner = decideOwner(facts, plan, reasons);
  const rest = {
    contact: subject.contact,
    owner,
    transfer,
    followTransfers: groups.responsible.followTransfers,
    comments: { when: groups.comments.when, form: groups.comments.form },
    title: titlesFor(facts.event, groups.titles),
    missedTitle: facts.event === "chat" ? titlesFor("missed", groups.titles) : null,
    fields: groups.fields,
  };
  if (!transfer.crm || owner === "line")
    return {
      ...rest,
      create: { kind: "nothing" },
      targets: [],
      responsible: { person: null, givenBy: null },
      reasons,
      warnings: [],
    };

  const warnings: Reason[] = [];
  const kept = decideTargets(subject, found, groups, reasons);
  const { create, targets } = decideCreation(subject, found, kept, plan, reasons, warnings);
  const whole = groups.comments.alsoContact ? withContact(targets, found, reasons) : targets;
  const { responsible, reasons: why } = chooseResponsible(
    subject,
    [...kept, ...found.contacts, ...found.companies],
    groups.responsible,
    plan.responsible,
  );
  reasons.push(...why);
  return { ...rest, create, targets: whole.map(asTarget), responsible, reasons, warnings };
}

/** An unanswered chat without a template of its own keeps the title that it had as a chat. */
function titlesFor(event: Facts["event"], titles: Groups["titles"]): Decision["title"] {
  const { lead, deal } = titles[event];
  if (event !== "missed") return { lead, deal };
  return { lead: lead.trim() || titles.chat.lead, deal: deal.trim() || titles.chat.deal };
}

const asTarget = ({ type, id }: CrmEntity): Target => ({ type, id });

function subjectOf(facts: Facts, found: Found, addToClosed: boolean): Subject {
  const anything =
    found.open.deal.length + found.open.lead.length + found.contacts.length + found.companies.length > 0 ||
    (addToClosed && found.closed.deal.length + found.closed.lead.length > 0);
  return { facts, contact: anything ? "repeat" : "first", openDeals: found.open.deal, folded: [], found: [] };
}

function contactReason(subject: Subject, found: Found): Reason {
  if (subject.contact === "repeat") return { code: "contact-repeat", about: { found: subject.facts.crm.found.length } };
  const closed = found.closed.deal.length + found.closed.lead.length;
  return closed > 0 ? { code: "contact-only-closed", about: { closed } } : { code: "contact-first" };
}

function decideTransfer(subject: Subject, plan: Plan, reasons: Reason[]): Decision["transfer"] {
  const judge = (to: "crm" | "line"): boolean => {
    const rules = plan.groups.transfer[to];
    const index = firstThatHolds(plan.transfer[to], subject);
    const filter = rules.filters[index];
    const isAllowed = (filter?.verdict ?? rules.otherwise) === "allow";
    if (filter || !isAllowed)
      reasons.push({
        code: isAllowed ? "transfer-allowed" : "transfer-denied",
        about: { to, filter: filter?.id ?? "", name: filter?.name ?? "", number: index + 1 },
      });
    return isAllowed;
  };
  return { crm: judge("crm"), line: judge("line") };
}

/** An account without a line has nobody else who could make anything. */
function decideOwner(facts: Facts, plan: Plan, reasons: Reason[]): "line" | "rules" {
  if (facts.line === null) {
    reasons.push({ code: "owner-no-line" });
    return "rules";
  }
  reasons.push({ code: plan.owner.who === "line" ? "owner-line" : "owner-rules" });
  return plan.owner.who;
}

function decideTargets(subject: Subject, found: Found, groups: Groups, reasons: Reason[]): readonly CrmEntity[] {
  const pinned = pinnedTargets(subject.facts.crm.chosen, found);
  if (pinned.length > 0) {
    for (const one of pinned) reasons.push({ code: "target-chosen", about: { type: one.type, id: one.id } });
    return pinned;
  }
  const thread = pinnedTargets(subject.facts.crm.thread, found);
  if (thread.length > 0) {
    for (const one of thread) reasons.push({ code: "target-thread", about: { type: one.type, id: one.id } });
    return thread;
  }
  if (subject.contact === "first") return [];
  const named = pinnedTargets(subject.facts.mail.named, found);
  if (named.length > 0) {
    for (const one of named) reasons.push({ code: "target-named", about: { type: one.type, id: one.id } });
    return named;
  }
  const choice = chooseTargets(found, groups.comments);
  reasons.push(...choice.reasons);
  return choice.targets;
}

/** What is made, and what of that which was found takes the comments: a lead or deal that is made takes them itself. */
interface Making {
  readonly create: Creation;
  readonly targets: readonly CrmEntity[];
}

function decideCreation(
  subject: Subject,
  found: Found,
  kept: readonly CrmEntity[],
  plan: Plan,
  reasons: Reason[],
  warnings: Reason[],
): Making {
  const { facts, contact } = subject;
  const rules = plan.groups.creation;
  const nothing: Making = { create: { kind: "nothing" }, targets: kept };
  // Who moved the conversation somewhere wants it there, and not in something new.
  if (facts.crm.chosen.length > 0 && kept.length > 0) return nothing;
  // It is begun already, in another box.
  if (facts.crm.thread.some((one) => kept.some(({ type, id }) => type === one.type && id === one.id))) return nothing;
  const { ours, class: writtenBy, named } = facts.mail;
  if (ours || writtenBy !== "human") {
    const why: Reason = ours
      ? { code: "create-not-for-ours" }
      : { code: "create-not-for-machines", about: { class: writtenBy } };
    reasons.push(why);
    return nothing;
  }
  // The customer says themselves what it is about.
  if (named.some((one) => kept.some(({ type, id }) => type === one.type && id === one.id))) return nothing;
  const wanted = contact === "first" ? rules.first : rules.repeat;
  if (wanted === "nothing") {
    reasons.push({ code: "create-nothing", about: { contact } });
    return nothing;
  }
  if (wanted === "activity") {
    reasons.push({ code: "create-activity" });
    return { create: { kind: "activity" }, targets: kept };
  }
  if (rules.waitForContact && isUnreachable(facts)) {
    reasons.push({ code: "create-waits-for-contact", about: { wanted } });
    return { create: { kind: "later" }, targets: kept };
  }
  if (wanted === "contact") {
    reasons.push({ code: "create-first", about: { what: "contact" } });
    return { create: { kind: "contact" }, targets: [] };
  }
  const what = wanted === "lead" && !facts.crm.leads ? "deal" : wanted;
  if (what !== wanted) reasons.push({ code: "create-without-leads" });
  const [open] = found.open[what];
  if (contact === "repeat" && rules.reuseOpen && open) {
    reasons.push({ code: "create-reuses-open", about: { type: open.type, id: open.id } });
    return { create: { kind: "nothing" }, targets: kept.includes(open) ? kept : [open] };
  }
  reasons.push({ code: contact === "first" ? "create-first" : "create-repeat", about: { what } });
  const place = choosePlace(subject, what, plan.groups.pipelines[contact], plan.pipelines[contact]);
  reasons.push(...place.reasons);
  warnings.push(...place.warnings);
  const create: Creation =
    what === "lead"
      ? { kind: "lead", stage: place.leadStage }
      : {
          kind: "deal",
          pipeline: place.pipeline,
          stage: place.stage,
          contact: found.contacts[0]?.id ?? null,
          company: found.companies[0]?.id ?? null,
        };
  return { create, targets: [] };
}

const isUnreachable = ({ customer }: Facts): boolean =>
  !customer.canBeAnswered && customer.phones.length === 0 && customer.emails.length === 0;

function withContact(targets: readonly CrmEntity[], found: Found, reasons: Reason[]): readonly CrmEntity[] {
  const [also] = [...found.contacts, ...found.companies];
  if (!also || targets.some((one) => one.type === also.type && one.id === also.id)) return targets;
  reasons.push({ code: "target-also-contact", about: { type: also.type, id: also.id } });
  return [...targets, also];
}
