import type { ReasonTexts } from "./reason-shape.ts";

const TYPES: Readonly<Record<string, string>> = {
  lead: "lead",
  deal: "deal",
  contact: "contact",
  company: "company",
  activity: "activity",
};
const BY: Readonly<Record<string, string>> = {
  link: "linked by us before",
  phone: "found by the phone number",
  email: "found by the e-mail address",
  messenger: "found by the messenger account",
  domain: "found by the domain of the company's addresses",
  contact: "found through the contact",
};
const PLACES: Readonly<Record<string, string>> = {
  "lead-stage": "lead stage",
  pipeline: "pipeline",
  stage: "deal stage",
};
const the = (about: { readonly type?: string | number; readonly id?: string | number }) =>
  `${TYPES[String(about.type)] ?? about.type} ${about.id}`;
const filter = (about: { readonly name?: string | number; readonly number?: string | number }) =>
  about.name ? `filter ${about.number} (${about.name})` : `filter ${about.number}`;

export const en: ReasonTexts = {
  "contact-first": () => "First contact: nothing in the CRM belongs to this customer.",
  "contact-repeat": ({ found }) => `Repeat contact: the CRM knows this customer (${found} found).`,
  "contact-only-closed": ({ closed }) =>
    `Counts as a first contact: all ${closed} that was found is closed, and closed leads and deals are not used.`,
  "chat-missed": () =>
    "Nobody answered this chat. What was made for it gets the title for unanswered chats, unless somebody has changed its title.",
  "transfer-allowed": (about) => `Let through to the ${about.to === "crm" ? "CRM" : "open line"} by ${filter(about)}.`,
  "transfer-denied": (about) =>
    Number(about.number) > 0
      ? `Kept out of the ${about.to === "crm" ? "CRM" : "open line"} by ${filter(about)}.`
      : `Kept out of the ${about.to === "crm" ? "CRM" : "open line"}: no filter lets it through.`,
  "owner-line": () => "The open line makes leads and deals by its own settings; these rules make nothing.",
  "owner-rules": () => "These rules make leads and deals; the open line makes nothing.",
  "owner-no-line": () => "The account works without an open line, so these rules make leads and deals.",
  "create-first": ({ what }) => `A first contact makes a ${TYPES[String(what)] ?? what}.`,
  "create-repeat": ({ what }) => `A repeat contact makes a ${TYPES[String(what)] ?? what}.`,
  "create-reuses-open": (about) => `Nothing new is made: the ${the(about)} is still open and takes it.`,
  "create-nothing": ({ contact }) => `A ${contact === "first" ? "first" : "repeat"} contact makes nothing new.`,
  "create-waits-for-contact": ({ wanted }) =>
    `The ${TYPES[String(wanted)] ?? wanted} is made once the customer leaves a phone or an e-mail: nobody could answer them before.`,
  "create-without-leads": () => "This portal works without leads, so a deal is made instead.",
  "create-activity": () => "A repeat contact makes an activity in what was found.",
  "create-not-for-machines": (about) => `Nothing is made for this letter: it was sent by a machine (${about.class}).`,
  "create-not-for-ours": () => "Nothing is made for a letter that our own people wrote.",
  "target-named": (about) => `Goes into ${the(about)}: its number stands in the subject.`,
  "target-thread": (about) => `Goes into ${the(about)}: the thread stands there already, in another mailbox.`,
  "target-chosen": (about) => `An agent moved this conversation to ${the(about)}.`,
  "target-last-active": (about) =>
    Number(about.among) > 1
      ? `Goes into ${the(about)}: of ${about.among} open ones it was active last (${BY[String(about.by)] ?? about.by}).`
      : `Goes into ${the(about)}, the only open one (${BY[String(about.by)] ?? about.by}).`,
  "target-last-closed": (about) => `Goes into ${the(about)}, the last one: all of them are closed.`,
  "target-contact": (about) => `Goes into ${the(about)}: there is no lead or deal to put it in.`,
  "target-also-contact": (about) => `Goes into ${the(about)} too.`,
  "target-skips-closed": (about) => `Not into ${the(about)}: it is closed, and closed ones are not used.`,
  "place-filter": (about) => `Stage and pipeline come from ${filter(about)}.`,
  "place-denied": (about) => `${filter(about)} sends it to the default stage and pipeline.`.replace(/^f/, "F"),
  "place-default": ({ filters }) =>
    Number(filters) > 0 ? "Default stage and pipeline." : "Default stage and pipeline: there are no filters.",
  "place-vanished": (about) =>
    `${Number(about.number) > 0 ? filter(about).replace(/^f/, "F") : "The default"} names ${PLACES[String(about.what)] ?? about.what} ` +
    `${about.missing}, which the portal no longer has. The default is used until somebody chooses another.`,
  "responsible-entity": (about) => `Responsible: employee ${about.person}, who has the ${the(about)}.`,
  "responsible-filter": (about) => `Responsible: employee ${about.person}, by ${filter(about)}.`,
  "responsible-writer": ({ person }) => `Responsible: employee ${person}, who wrote to the customer first.`,
  "responsible-box-owner": ({ person }) => `Responsible: employee ${person}, whose mailbox it came to.`,
  "responsible-default": ({ person }) => `Responsible: employee ${person}, by default.`,
  "responsible-absent": (about) => `Nobody of ${filter(about)} is at work, so it is passed over.`,
  "responsible-nobody": () => "Nobody is named as responsible: the portal decides.",
};
