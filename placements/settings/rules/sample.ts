import type { TryRules } from "../../../src/api/rules.ts";
import { clone, type Directory } from "./model.ts";

/** What a person says about a made-up message, all of it as text. */
export interface Sample {
  event: "chat" | "request" | "mail" | "missed";
  account: string;
  customer: "new" | "lead" | "deal" | "closed" | "contact";
  name: string;
  phone: string;
  email: string;
  language: string;
  text: string;
  page: string;
  utm: string;
  form: string;
  tags: string[];
  weekday: string;
  hours: "yes" | "no";
  from: string;
  subject: string;
}

export const EVENTS = ["chat", "missed", "request", "mail"] as const satisfies readonly Sample["event"][];
export const CUSTOMERS = ["new", "lead", "deal", "closed", "contact"] as const satisfies readonly Sample["customer"][];

export const newSample = (): Sample => ({
  event: "chat",
  account: "",
  customer: "new",
  name: "",
  phone: "",
  email: "",
  language: "",
  text: "",
  page: "",
  utm: "",
  form: "",
  tags: [],
  weekday: "",
  hours: "yes",
  from: "",
  subject: "",
});

type Found = NonNullable<NonNullable<NonNullable<TryRules["facts"]>["crm"]>["found"]>;

/** What the CRM would have of such a customer: numbers that stand for cards, none of the portal's. */
function foundFor(customer: Sample["customer"], at: string): Found {
  const contact = { type: "contact" as const, id: "1", lastActiveAt: at };
  switch (customer) {
    case "new":
      return [];
    case "contact":
      return [contact];
    case "lead":
      return [{ type: "lead", id: "1", lastActiveAt: at }];
    case "deal":
      return [contact, { type: "deal", id: "1", pipeline: "0", lastActiveAt: at, by: "contact" }];
    case "closed":
      return [contact, { type: "deal", id: "1", pipeline: "0", open: false, lastActiveAt: at, by: "contact" }];
  }
}

/** The facts of a made-up message, with the portal's stages as far as they are known. */
export function factsOf(sample: Sample, directory: Directory | undefined, now: Date): NonNullable<TryRules["facts"]> {
  const account = directory?.accounts.find(({ id }) => id === sample.account);
  const page = URL.parse(sample.page);
  const listed = (text: string) => (text.trim() === "" ? [] : [text.trim()]);
  return clone({
    event: sample.event,
    local: {
      date: now.toISOString().slice(0, 10),
      time: sample.hours === "yes" ? "12:00" : "03:00",
      weekday: sample.weekday === "" ? now.getDay() || 7 : Number(sample.weekday),
      workingHours: sample.hours === "yes",
    },
    channel: account?.channel ?? "",
    account: { id: account?.id ?? "", name: account?.name ?? "" },
    // On some line that no rule names: an account without a line would leave everything to the rules.
    line: account ? account.line : "0",
    conversation: "1",
    customer: {
      name: sample.name.trim(),
      language: sample.language.trim(),
      phones: listed(sample.phone),
      emails: listed(sample.email),
      canBeAnswered: account?.channel !== "webchat",
    },
    text: sample.text,
    site: {
      host: page?.host ?? "",
      page: sample.page,
      landing: sample.page,
      form: sample.form.trim(),
      utm: Object.fromEntries(listed(sample.utm).map((value) => ["source", value])),
    },
    mail: { from: sample.from.trim(), subject: sample.subject },
    tags: sample.tags,
    crm: { leads: directory?.leads ?? true, found: foundFor(sample.customer, now.toISOString()) },
    directory: {
      leadStages: directory && directory.leadStages.length > 0 ? directory.leadStages.map(({ id }) => id) : null,
      pipelines:
        directory && directory.pipelines.length > 0
          ? Object.fromEntries(directory.pipelines.map(({ id, stages }) => [id, stages.map((stage) => stage.id)]))
          : null,
    },
  });
}
