import type { Localised } from "../../domain/localised.ts";
import type { SetupStep } from "../contract/setup.ts";
import { contactFields } from "../shared/contact-details.ts";
import { colorField, consentField, languageField, setting, sitesField } from "../shared/setup-field.ts";

/** What the setup page asks for, in the order in which somebody decides it. */

export const description: Localised = {
  en: "A form on your site. Each request becomes a conversation with the visitor's phone or e-mail.",
  ru: "Форма на вашем сайте. Каждая заявка становится обращением с телефоном или почтой посетителя.",
  es: "Un formulario en su sitio. Cada solicitud se convierte en una conversación con el teléfono o el correo del visitante.",
};

export const formSetup: readonly SetupStep[] = [
  {
    id: "sites",
    title: { en: "Your sites", ru: "Ваши сайты", es: "Sus sitios" },
    help: {
      en: "Requests are taken only from the sites you list. The code for your pages is shown afterwards.",
      ru: "Заявки принимаются только с указанных сайтов. Код для страниц появится после сохранения.",
      es: "Solo se aceptan solicitudes de los sitios que indique. Después se muestra el código para sus páginas.",
    },
    fields: [sitesField],
  },
  {
    id: "fields",
    title: { en: "What is asked", ru: "Что спрашивать", es: "Qué se pregunta" },
    help: {
      en: "Phone or e-mail tell whose conversation a request belongs to: require at least one of them.",
      ru: "По телефону или почте видно, чьё это обращение: сделайте обязательным хотя бы одно из двух.",
      es: "El teléfono o el correo dicen de quién es la solicitud: exija al menos uno de los dos.",
    },
    fields: [
      ...contactFields,
      consentField,
      setting(
        "text",
        "thanksUrl",
        {
          en: "Thank-you page of a plain HTML form",
          ru: "Страница благодарности для простой HTML-формы",
          es: "Página de agradecimiento de un formulario HTML simple",
        },
        { placeholder: "https://shop.example/thanks" },
      ),
    ],
  },
  {
    id: "look",
    title: { en: "Look and words", ru: "Вид и слова", es: "Aspecto y textos" },
    help: {
      en: "Leave a text empty and the visitor reads ours, in English, Russian, Spanish or Arabic.",
      ru: "Пустой текст заменяется нашим: на английском, русском, испанском или арабском.",
      es: "Si deja un texto vacío, el visitante lee el nuestro: en inglés, ruso, español o árabe.",
    },
    fields: [
      setting(
        "text",
        "title",
        { en: "Title", ru: "Заголовок", es: "Título" },
        { placeholder: { en: "Write to us", ru: "Напишите нам", es: "Escríbanos" } },
      ),
      setting("textarea", "thanks", {
        en: "Thanks after sending",
        ru: "Благодарность после отправки",
        es: "Agradecimiento tras el envío",
      }),
      colorField("#0f766e"),
      languageField,
    ],
  },
];
