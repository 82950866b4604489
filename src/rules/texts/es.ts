import type { ReasonTexts } from "./reason-shape.ts";

/** With the definite and with the indefinite article. */
const TYPES: Readonly<Record<string, readonly [string, string]>> = {
  lead: ["el prospecto", "un prospecto"],
  deal: ["la negociación", "una negociación"],
  contact: ["el contacto", "un contacto"],
  company: ["la compañía", "una compañía"],
  activity: ["la actividad", "una actividad"],
};
const BY: Readonly<Record<string, string>> = {
  link: "vinculado antes por nosotros",
  phone: "encontrado por el teléfono",
  email: "encontrado por el correo",
  messenger: "encontrado por la cuenta de mensajería",
  domain: "encontrado por el dominio de las direcciones de la empresa",
  contact: "encontrado a través del contacto",
};
const PLACES: Readonly<Record<string, string>> = {
  "lead-stage": "la etapa del prospecto",
  pipeline: "el embudo",
  stage: "la etapa de la negociación",
};
const the = (about: { readonly type?: string | number; readonly id?: string | number }) =>
  `${TYPES[String(about.type)]?.[0] ?? about.type} ${about.id}`;
const one = (what: string | number | undefined) => TYPES[String(what)]?.[1] ?? what;
const filter = (about: { readonly name?: string | number; readonly number?: string | number }) =>
  about.name ? `el filtro ${about.number} («${about.name}»)` : `el filtro ${about.number}`;
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const to = (where: string | number | undefined) => (where === "crm" ? "al CRM" : "al canal abierto");

export const es: ReasonTexts = {
  "contact-first": () => "Primer contacto: en el CRM no hay nada de este cliente.",
  "contact-repeat": ({ found }) => `Contacto repetido: el CRM conoce a este cliente (encontrados: ${found}).`,
  "contact-only-closed": ({ closed }) =>
    `Cuenta como primer contacto: todo lo encontrado (${closed}) está cerrado, y lo cerrado no se usa.`,
  "chat-missed": () =>
    "Nadie respondió a este chat. Lo creado para él recibe el título de los chats sin respuesta, salvo que alguien haya cambiado su título.",
  "transfer-allowed": (about) => `${capital(filter(about))} lo deja pasar ${to(about.to)}.`,
  "transfer-denied": (about) =>
    Number(about.number) > 0
      ? `${capital(filter(about))} no lo deja pasar ${to(about.to)}.`
      : `No pasa ${to(about.to)}: ningún filtro lo permite.`,
  "owner-line": () => "El canal abierto crea prospectos y negociaciones según sus ajustes; estas reglas no crean nada.",
  "owner-rules": () => "Estas reglas crean prospectos y negociaciones; el canal abierto no crea nada.",
  "owner-no-line": () => "La cuenta funciona sin canal abierto, así que crean estas reglas.",
  "create-first": ({ what }) => `El primer contacto crea ${one(what)}.`,
  "create-repeat": ({ what }) => `El contacto repetido crea ${one(what)}.`,
  "create-reuses-open": (about) => `No se crea nada nuevo: ${the(about)} sigue en curso.`,
  "create-nothing": ({ contact }) =>
    `El ${contact === "first" ? "primer contacto" : "contacto repetido"} no crea nada nuevo.`,
  "create-waits-for-contact": ({ wanted }) =>
    `Se creará ${one(wanted)} cuando el cliente deje un teléfono o un correo: antes nadie podría contestarle.`,
  "create-without-leads": () => "Este portal trabaja sin prospectos, así que se crea una negociación.",
  "create-activity": () => "El contacto repetido crea una actividad en lo encontrado.",
  "create-not-for-machines": (about) => `No se crea nada para este mensaje: lo envió una máquina (${about.class}).`,
  "create-not-for-ours": () => "No se crea nada para un mensaje que escribió nuestra propia gente.",
  "target-named": (about) => `Va a otro lugar, cuyo número figura en el asunto: ${the(about)}.`,
  "target-thread": (about) => `Va a ${the(about)}: el hilo ya está ahí, en otro buzón.`,
  "target-chosen": (about) => `Un agente movió esta conversación a otro lugar: ${the(about)}.`,
  "target-last-active": (about) =>
    Number(about.among) > 1
      ? `Va a ${the(about)}: de ${about.among} abiertos fue el último con actividad (${BY[String(about.by)] ?? about.by}).`
      : `Va a ${the(about)}: no hay otro abierto (${BY[String(about.by)] ?? about.by}).`,
  "target-last-closed": (about) => `Va a ${the(about)}: todo está cerrado y esto fue lo último.`,
  "target-contact": (about) => `Va a ${the(about)}: no hay prospecto ni negociación donde ponerlo.`,
  "target-also-contact": (about) => `Va también a ${the(about)}.`,
  "target-skips-closed": (about) => `No va a ${the(about)}: está cerrado, y lo cerrado no se usa.`,
  "place-filter": (about) => `${capital(filter(about))} indica la etapa y el embudo.`,
  "place-denied": (about) => `${capital(filter(about))} lo envía a la etapa y al embudo predeterminados.`,
  "place-default": ({ filters }) =>
    Number(filters) > 0 ? "Etapa y embudo predeterminados." : "Etapa y embudo predeterminados: no hay filtros.",
  "place-vanished": (about) =>
    `${Number(about.number) > 0 ? capital(filter(about)) : "El valor predeterminado"} nombra ${PLACES[String(about.what)] ?? about.what} ` +
    `${about.missing}, que el portal ya no tiene. Se usa lo predeterminado hasta que alguien elija otra cosa.`,
  "responsible-entity": (about) => `Responsable: el empleado ${about.person}, que lleva ${the(about)}.`,
  "responsible-filter": (about) => `Responsable: el empleado ${about.person}, por ${filter(about)}.`,
  "responsible-writer": ({ person }) => `Responsable: el empleado ${person}, que escribió primero al cliente.`,
  "responsible-box-owner": ({ person }) => `Responsable: el empleado ${person}, a cuyo buzón llegó.`,
  "responsible-default": ({ person }) => `Responsable predeterminado: el empleado ${person}.`,
  "responsible-absent": (about) => `${capital(filter(about))} se omite: ninguno de los suyos está trabajando.`,
  "responsible-nobody": () => "No hay responsable indicado: lo decide el portal.",
};
