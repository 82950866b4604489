import type { ReasonTexts } from "./reason-shape.ts";

/** Nominative, accusative and "in …". */
const TYPES: Readonly<Record<string, readonly [string, string, string]>> = {
  lead: ["лид", "лид", "лид"],
  deal: ["сделка", "сделку", "сделку"],
  contact: ["контакт", "контакт", "контакт"],
  company: ["компания", "компанию", "компанию"],
  activity: ["дело", "дело", "дело"],
};
const BY: Readonly<Record<string, string>> = {
  link: "связь уже была",
  phone: "найдено по телефону",
  email: "найдено по e-mail",
  messenger: "найдено по аккаунту мессенджера",
  domain: "найдено по домену адресов компании",
  contact: "найдено через контакт",
};
const PLACES: Readonly<Record<string, string>> = {
  "lead-stage": "стадия лида",
  pipeline: "воронка",
  stage: "стадия сделки",
};
interface Thing {
  readonly type?: string | number;
  readonly id?: string | number;
}
const nominative = ({ type, id }: Thing) => `${TYPES[String(type)]?.[0] ?? type} ${id}`;
const accusative = ({ type, id }: Thing) => `${TYPES[String(type)]?.[1] ?? type} ${id}`;
const made = (what: string | number | undefined) => TYPES[String(what)]?.[0] ?? what;
const filter = (about: { readonly name?: string | number; readonly number?: string | number }) =>
  about.name ? `фильтр ${about.number} («${about.name}»)` : `фильтр ${about.number}`;
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const ru: ReasonTexts = {
  "contact-first": () => "Первичное обращение: в CRM нет ничего об этом клиенте.",
  "contact-repeat": ({ found }) => `Повторное обращение: клиент уже есть в CRM (найдено: ${found}).`,
  "contact-only-closed": ({ closed }) =>
    `Считается первичным: всё найденное (${closed}) закрыто, а закрытые лиды и сделки не используются.`,
  "chat-missed": () =>
    "На этот чат никто не ответил. Созданное для него получает название для чатов без ответа, если название никто не менял.",
  "transfer-allowed": (about) => `В ${about.to === "crm" ? "CRM" : "открытую линию"} пропускает ${filter(about)}.`,
  "transfer-denied": (about) =>
    Number(about.number) > 0
      ? `В ${about.to === "crm" ? "CRM" : "открытую линию"} не пропускает ${filter(about)}.`
      : `В ${about.to === "crm" ? "CRM" : "открытую линию"} не передаётся: ни один фильтр не пропускает.`,
  "owner-line": () => "Лиды и сделки создаёт открытая линия по своим настройкам; правила ничего не создают.",
  "owner-rules": () => "Лиды и сделки создают эти правила; открытая линия ничего не создаёт.",
  "owner-no-line": () => "Аккаунт работает без открытой линии, поэтому лиды и сделки создают эти правила.",
  "create-first": ({ what }) => `При первичном обращении создаётся ${made(what)}.`,
  "create-repeat": ({ what }) => `При повторном обращении создаётся ${made(what)}.`,
  "create-reuses-open": (about) => `Новое не создаётся: ${nominative(about)} ещё в работе.`,
  "create-nothing": ({ contact }) =>
    `При ${contact === "first" ? "первичном" : "повторном"} обращении ничего не создаётся.`,
  "create-waits-for-contact": ({ wanted }) =>
    `${capital(String(made(wanted)))}: создание отложено, пока клиент не оставит телефон или e-mail, иначе ему нельзя ответить.`,
  "create-without-leads": () => "Портал работает без лидов, поэтому создаётся сделка.",
  "create-activity": () => "При повторном обращении в найденном создаётся дело.",
  "create-not-for-machines": (about) =>
    `Для этого письма ничего не создаётся: его отправила программа (${about.class}).`,
  "create-not-for-ours": () => "Для письма, которое написали сотрудники компании, ничего не создаётся.",
  "target-named": (about) => `Номер указан в теме письма: ${nominative(about)}.`,
  "target-thread": (about) => `Попадает в ${accusative(about)}: переписка уже там, в другом ящике.`,
  "target-chosen": (about) => `Сотрудник перенёс этот диалог: ${nominative(about)}.`,
  "target-last-active": (about) =>
    Number(about.among) > 1
      ? `Попадает в ${accusative(about)}: из открытых (${about.among}) здесь была последняя активность (${BY[String(about.by)] ?? about.by}).`
      : `Попадает в ${accusative(about)}: другого открытого нет (${BY[String(about.by)] ?? about.by}).`,
  "target-last-closed": (about) => `Попадает в ${accusative(about)}: всё закрыто, это последнее.`,
  "target-contact": (about) => `Попадает в ${accusative(about)}: подходящих лидов и сделок нет.`,
  "target-also-contact": (about) => `Также попадает в ${accusative(about)}.`,
  "target-skips-closed": (about) => `Не в ${accusative(about)}: закрыто, а закрытые не используются.`,
  "place-filter": (about) => `Стадию и воронку задаёт ${filter(about)}.`,
  "place-denied": (about) => `${capital(filter(about))} отправляет в стадию и воронку по умолчанию.`,
  "place-default": ({ filters }) =>
    Number(filters) > 0 ? "Стадия и воронка по умолчанию." : "Стадия и воронка по умолчанию: фильтров нет.",
  "place-vanished": (about) =>
    `${Number(about.number) > 0 ? capital(filter(about)) : "Значение по умолчанию"}: ${PLACES[String(about.what)] ?? about.what} ` +
    `${about.missing} больше не существует на портале. Пока не выбрано другое, действует значение по умолчанию.`,
  "responsible-entity": (about) => `Ответственный: сотрудник ${about.person}, у которого ${nominative(about)}.`,
  "responsible-filter": (about) => `Ответственный: сотрудник ${about.person}, его назначает ${filter(about)}.`,
  "responsible-writer": ({ person }) => `Ответственный: сотрудник ${person}, который написал клиенту первым.`,
  "responsible-box-owner": ({ person }) => `Ответственный: сотрудник ${person}, в чей ящик пришло письмо.`,
  "responsible-default": ({ person }) => `Ответственный по умолчанию: сотрудник ${person}.`,
  "responsible-absent": (about) => `${capital(filter(about))} пропущен: никого из его сотрудников нет на работе.`,
  "responsible-nobody": () => "Ответственный не задан: его назначит портал.",
};
