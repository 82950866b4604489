import type { Localised } from "../../domain/localised.ts";
import type { SetupStep } from "../contract/setup.ts";
import { contactFields } from "../shared/contact-details.ts";
import { colorField, consentField, languageField, setting, sitesField } from "../shared/setup-field.ts";

/** What the setup page asks for, in the order in which somebody decides it. */

export const description: Localised = {
  en: "A chat on your own site. Nothing is needed but a line of code in its pages.",
  ru: "Чат на вашем сайте. Нужна только строка кода на страницах.",
  es: "Un chat en su propio sitio. Solo hace falta una línea de código en sus páginas.",
};

export const webchatSetup: readonly SetupStep[] = [
  {
    id: "sites",
    title: { en: "Your sites", ru: "Ваши сайты", es: "Sus sitios" },
    help: {
      en: "The chat works only on the sites you list. Paste the script tag shown afterwards before </body> of their pages.",
      ru: "Чат работает только на указанных сайтах. Тег script, который появится после сохранения, вставьте перед </body> их страниц.",
      es: "El chat solo funciona en los sitios que indique. Pegue la etiqueta script que se muestra después antes de </body> en sus páginas.",
    },
    fields: [sitesField],
  },
  {
    id: "look",
    title: { en: "Look and words", ru: "Вид и слова", es: "Aspecto y textos" },
    help: {
      en: "Leave a text empty and the visitor sees ours, in their browser's language: English, Russian, Spanish or Arabic.",
      ru: "Пустой текст заменяется нашим, на языке браузера посетителя: английском, русском, испанском или арабском.",
      es: "Si deja un texto vacío, el visitante ve el nuestro en el idioma de su navegador: inglés, ruso, español o árabe.",
    },
    fields: [
      setting(
        "text",
        "title",
        { en: "Title", ru: "Заголовок", es: "Título" },
        { placeholder: { en: "Chat with us", ru: "Напишите нам", es: "Hable con nosotros" } },
      ),
      setting("textarea", "greeting", { en: "Greeting", ru: "Приветствие", es: "Saludo" }),
      setting(
        "text",
        "greetingDelay",
        {
          en: "Show the greeting by itself after so many seconds",
          ru: "Показать приветствие само через столько секунд",
          es: "Mostrar el saludo por sí solo tras estos segundos",
        },
        { placeholder: { en: "Never", ru: "Не показывать", es: "Nunca" } },
      ),
      colorField("#2563eb"),
      setting(
        "choice",
        "icon",
        { en: "Icon", ru: "Значок", es: "Icono" },
        {
          choices: [
            { value: "chat", label: { en: "Speech bubble", ru: "Облачко речи", es: "Globo de texto" } },
            { value: "question", label: { en: "Question mark", ru: "Знак вопроса", es: "Signo de interrogación" } },
            { value: "mail", label: { en: "Envelope", ru: "Конверт", es: "Sobre" } },
            { value: "wave", label: { en: "Two bubbles", ru: "Два облачка", es: "Dos globos" } },
          ],
        },
      ),
      setting(
        "text",
        "label",
        { en: "Words beside the icon", ru: "Слова рядом со значком", es: "Texto junto al icono" },
        { placeholder: { en: "Ask us", ru: "Спросите нас", es: "Pregúntenos" } },
      ),
      setting("switch", "left", {
        en: "Show at the left edge",
        ru: "Показывать у левого края",
        es: "Mostrar en el borde izquierdo",
      }),
      setting(
        "text",
        "offsetSide",
        { en: "Distance from the edge, pixels", ru: "Отступ от края, пикселей", es: "Distancia al borde, píxeles" },
        { placeholder: "20" },
      ),
      setting(
        "text",
        "offsetBottom",
        { en: "Distance from the bottom, pixels", ru: "Отступ снизу, пикселей", es: "Distancia desde abajo, píxeles" },
        { placeholder: "20" },
      ),
      setting("switch", "hideOnPhone", { en: "Hide on phones", ru: "Скрыть на телефонах", es: "Ocultar en móviles" }),
      languageField,
      setting("textarea", "privacy", {
        en: "Privacy note under the input",
        ru: "Примечание о данных под полем ввода",
        es: "Nota de privacidad bajo el campo de texto",
      }),
    ],
  },
  {
    id: "before",
    title: { en: "Before the first message", ru: "Перед первым сообщением", es: "Antes del primer mensaje" },
    help: {
      en: "What a new visitor is asked for. A consent text has to be ticked; its words and the time are kept with the conversation.",
      ru: "О чём спросить нового посетителя. Текст согласия нужно отметить галочкой; его слова и время хранятся с перепиской.",
      es: "Qué se pide a un visitante nuevo. El consentimiento debe marcarse; su texto y la hora se guardan con la conversación.",
    },
    fields: [
      ...contactFields,
      consentField,
      setting("switch", "livePreview", {
        en: "Agents see the text while it is typed (the visitor is told and asked)",
        ru: "Операторы видят текст, пока его пишут (посетителя предупреждают и спрашивают)",
        es: "Los agentes ven el texto mientras se escribe (se avisa y se pregunta al visitante)",
      }),
    ],
  },
  {
    id: "hours",
    title: { en: "Working hours", ru: "Рабочее время", es: "Horario de atención" },
    help: {
      en: "One line per day or range: Mon-Fri 09:00-18:00, Sat 10:00-14:00, 2026-12-25 off. No lines: always open.",
      ru: "По строке на день или промежуток: Пн-Пт 09:00-18:00, Сб 10:00-14:00, 2026-12-25 выходной. Пусто: всегда открыто.",
      es: "Una línea por día o intervalo: Lun-Vie 09:00-18:00, Sáb 10:00-14:00, 2026-12-25 cerrado. Sin líneas: siempre abierto.",
    },
    fields: [
      setting(
        "text",
        "timezone",
        { en: "Time zone", ru: "Часовой пояс", es: "Zona horaria" },
        { placeholder: "Europe/Madrid" },
      ),
      setting(
        "textarea",
        "hours",
        { en: "Hours", ru: "Часы", es: "Horas" },
        { placeholder: { en: "Mon-Fri 09:00-18:00", ru: "Пн-Пт 09:00-18:00", es: "Lun-Vie 09:00-18:00" } },
      ),
      setting(
        "choice",
        "closed",
        { en: "When nobody works", ru: "Когда никто не работает", es: "Cuando no hay nadie" },
        {
          choices: [
            {
              value: "form",
              label: {
                en: "A form: the visitor leaves a message and contact details",
                ru: "Форма: посетитель оставляет сообщение и контакты",
                es: "Un formulario: el visitante deja un mensaje y sus datos",
              },
            },
            {
              value: "chat",
              label: {
                en: "The chat, with a note when somebody is back",
                ru: "Чат с пометкой, когда снова ответят",
                es: "El chat, con una nota de cuándo hay alguien",
              },
            },
            { value: "hide", label: { en: "Nothing is shown", ru: "Ничего не показывать", es: "No se muestra nada" } },
          ],
        },
      ),
      setting("textarea", "closedText", {
        en: "Words of closed hours",
        ru: "Текст в нерабочее время",
        es: "Texto fuera del horario",
      }),
    ],
  },
  {
    id: "rating",
    title: { en: "Rating", ru: "Оценка", es: "Valoración" },
    help: {
      en: "Asked once, after an agent has closed the conversation.",
      ru: "Спрашивается один раз, когда оператор закрыл диалог.",
      es: "Se pregunta una vez, después de que un agente cierre la conversación.",
    },
    fields: [
      setting(
        "choice",
        "rating",
        { en: "How visitors rate", ru: "Как оценивают посетители", es: "Cómo valoran los visitantes" },
        {
          choices: [
            { value: "no", label: { en: "Not asked", ru: "Не спрашивать", es: "No se pregunta" } },
            {
              value: "stars",
              label: { en: "One to five stars", ru: "От одной до пяти звёзд", es: "De una a cinco estrellas" },
            },
            {
              value: "thumbs",
              label: { en: "Thumb up or down", ru: "Палец вверх или вниз", es: "Pulgar arriba o abajo" },
            },
          ],
        },
      ),
    ],
  },
];
