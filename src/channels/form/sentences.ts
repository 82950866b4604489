import type { Localised } from "../../domain/localised.ts";

export const formSentences: readonly Localised[] = [
  {
    en: "A request from a site's form cannot be answered where it came from. Write to the customer by e-mail, call them, or use another channel.",
    ru: "На заявку из формы сайта нельзя ответить там же. Напишите клиенту по почте, позвоните или используйте другой канал.",
    es: "A una solicitud del formulario de un sitio no se le puede responder allí. Escriba al cliente por correo, llámelo o use otro canal.",
  },
  {
    en: "List the sites that carry this form: until then no request is taken.",
    ru: "Укажите сайты, где стоит эта форма: до этого заявки не принимаются.",
    es: "Indique los sitios que llevan este formulario: hasta entonces no se acepta ninguna solicitud.",
  },
  {
    en: "Requests are taken from {sites:ours}.",
    ru: "Заявки принимаются с {sites}.",
    es: "Se aceptan solicitudes de {sites}.",
  },
  { en: "Asked to be contacted.", ru: "Просьба связаться.", es: "Pidió que lo contacten." },
  { en: "Site form", ru: "Форма на сайте", es: "Formulario del sitio" },
  {
    en: "the thank-you page has to be on one of the listed sites",
    ru: "страница с благодарностью должна быть на одном из указанных сайтов",
    es: "la página de agradecimiento debe estar en uno de los sitios indicados",
  },
];
