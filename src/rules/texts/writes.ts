import type { Decision } from "../decision.ts";
import type { ReasonLanguage } from "./reason-texts.ts";

/** What a decision would write into the CRM, a sentence each, for whoever tries rules before they count. */
export function writesOf(decision: Decision, title: string, language: ReasonLanguage): readonly string[] {
  const say = TEXTS[language];
  const { create, targets, comments } = decision;
  const made: string[] = [];
  if (create.kind === "lead") made.push(say.lead(title, create.stage));
  if (create.kind === "contact" || (create.kind === "deal" && create.contact === null)) made.push(say.contact());
  if (create.kind === "deal") made.push(say.deal(title, create.pipeline, create.stage));
  if (create.kind === "later") made.push(say.later());
  const holders = targets.map((target) => say.card(target.type, target.id));
  if (create.kind === "lead" || create.kind === "deal" || create.kind === "contact") holders.unshift(say.newCard());
  for (const holder of holders) {
    if (comments.form !== "activity") made.push(say.comment(holder, comments.when));
    if (comments.form !== "comment" || create.kind === "activity") made.push(say.activity(holder));
  }
  return made.length === 0 ? [say.nothing()] : made;
}

/** What becomes of the title of what was made when the chat ends and nobody has answered. */
export const renamedTo = (title: string, language: ReasonLanguage): string => TEXTS[language].renamed(title);

interface Texts {
  renamed(title: string): string;
  lead(title: string, stage: string | null): string;
  deal(title: string, pipeline: string | null, stage: string | null): string;
  contact(): string;
  later(): string;
  nothing(): string;
  newCard(): string;
  card(type: string, id: string): string;
  comment(holder: string, when: "live" | "end"): string;
  activity(holder: string): string;
}

const where = (parts: readonly (string | null)[]) => parts.filter((part) => part !== null).join(" / ");
const bracket = (text: string) => (text === "" ? "" : ` (${text})`);

const TEXTS: Readonly<Record<ReasonLanguage, Texts>> = {
  en: {
    renamed: (title) => `When the chat is over and nobody has answered, call it “${title}”.`,
    lead: (title, stage) => `Make the lead “${title}”${bracket(where([stage]))}.`,
    deal: (title, pipeline, stage) => `Make the deal “${title}”${bracket(where([pipeline, stage]))}.`,
    contact: () => "Make a contact with the customer's name, phones and e-mails.",
    later: () => "Nothing yet: wait until the customer leaves a phone or an e-mail.",
    nothing: () => "Nothing.",
    newCard: () => "what was made",
    card: (type, id) => `${type} ${id}`,
    comment: (holder, when) => `Write the conversation into ${holder}${when === "end" ? " when it is over" : ""}.`,
    activity: (holder) => `Add an activity with a button to ${holder}.`,
  },
  ru: {
    renamed: (title) => `Если чат завершён и никто не ответил, назвать «${title}».`,
    lead: (title, stage) => `Создать лид «${title}»${bracket(where([stage]))}.`,
    deal: (title, pipeline, stage) => `Создать сделку «${title}»${bracket(where([pipeline, stage]))}.`,
    contact: () => "Создать контакт с именем, телефонами и e-mail клиента.",
    later: () => "Пока ничего: ждать, когда клиент оставит телефон или e-mail.",
    nothing: () => "Ничего.",
    newCard: () => "созданное",
    card: (type, id) => `${RUSSIAN[type] ?? type} ${id}`,
    comment: (holder, when) => `Записать переписку в ${holder}${when === "end" ? " после её завершения" : ""}.`,
    activity: (holder) => `Добавить дело с кнопкой в ${holder}.`,
  },
  es: {
    renamed: (title) => `Si el chat termina y nadie ha respondido, llamarlo «${title}».`,
    lead: (title, stage) => `Crear el prospecto «${title}»${bracket(where([stage]))}.`,
    deal: (title, pipeline, stage) => `Crear la negociación «${title}»${bracket(where([pipeline, stage]))}.`,
    contact: () => "Crear un contacto con el nombre, los teléfonos y los correos del cliente.",
    later: () => "Nada por ahora: esperar a que el cliente deje un teléfono o un correo.",
    nothing: () => "Nada.",
    newCard: () => "lo creado",
    card: (type, id) => `${SPANISH[type] ?? type} ${id}`,
    comment: (holder, when) => `Escribir la conversación en ${holder}${when === "end" ? " cuando termine" : ""}.`,
    activity: (holder) => `Añadir una actividad con botón en ${holder}.`,
  },
};

const RUSSIAN: Readonly<Record<string, string>> = {
  lead: "лид",
  deal: "сделку",
  contact: "контакт",
  company: "компанию",
};
const SPANISH: Readonly<Record<string, string>> = {
  lead: "el prospecto",
  deal: "la negociación",
  contact: "el contacto",
  company: "la compañía",
};
