import type { SetupField, SetupStep } from "../contract.ts";
import { contactFields } from "../shared/contact-details.ts";

/** What the setup page asks for, in the order in which somebody decides it. */

const setting = (
  kind: SetupField["kind"],
  key: string,
  label: string,
  more: Partial<Pick<SetupField, "placeholder" | "choices" | "required">> = {},
): SetupField => ({ key, into: "settings", kind, label, required: false, ...more });

export const webchatSetup: readonly SetupStep[] = [
  {
    id: "sites",
    title: "Your sites",
    help: "The chat works only on the sites you list. Paste the script tag shown afterwards before </body> of their pages.",
    fields: [setting("url-list", "origins", "Site addresses", { required: true, placeholder: "https://shop.example" })],
  },
  {
    id: "look",
    title: "Look and words",
    help: "Leave a text empty and the visitor sees ours, in their browser's language: English, Russian, Spanish or Arabic.",
    fields: [
      setting("text", "title", "Title", { placeholder: "Chat with us" }),
      setting("textarea", "greeting", "Greeting"),
      setting("text", "greetingDelay", "Show the greeting by itself after so many seconds", { placeholder: "Never" }),
      setting("text", "color", "Colour", { placeholder: "#2563eb" }),
      setting("choice", "icon", "Icon", {
        choices: [
          { value: "chat", label: "Speech bubble" },
          { value: "question", label: "Question mark" },
          { value: "mail", label: "Envelope" },
          { value: "wave", label: "Two bubbles" },
        ],
      }),
      setting("text", "label", "Words beside the icon", { placeholder: "Ask us" }),
      setting("switch", "left", "Show at the left edge"),
      setting("text", "offsetSide", "Distance from the edge, pixels", { placeholder: "20" }),
      setting("text", "offsetBottom", "Distance from the bottom, pixels", { placeholder: "20" }),
      setting("switch", "hideOnPhone", "Hide on phones"),
      setting("choice", "language", "Language", {
        choices: [
          { value: "", label: "The visitor's own" },
          { value: "en", label: "English" },
          { value: "ru", label: "Русский" },
          { value: "es", label: "Español" },
          { value: "ar", label: "العربية" },
        ],
      }),
      setting("textarea", "privacy", "Privacy note under the input"),
    ],
  },
  {
    id: "before",
    title: "Before the first message",
    help: "What a new visitor is asked for. A consent text has to be ticked; its words and the time are kept with the conversation.",
    fields: [
      ...contactFields,
      setting("textarea", "consent", "Consent text"),
      setting("switch", "livePreview", "Agents see the text while it is typed (the visitor is told and asked)"),
    ],
  },
  {
    id: "hours",
    title: "Working hours",
    help: "One line per day or range: Mon-Fri 09:00-18:00, Sat 10:00-14:00, 2026-12-25 off. No lines: always open.",
    fields: [
      setting("text", "timezone", "Time zone", { placeholder: "Europe/Madrid" }),
      setting("textarea", "hours", "Hours", { placeholder: "Mon-Fri 09:00-18:00" }),
      setting("choice", "closed", "When nobody works", {
        choices: [
          { value: "form", label: "A form: the visitor leaves a message and contact details" },
          { value: "chat", label: "The chat, with a note when somebody is back" },
          { value: "hide", label: "Nothing is shown" },
        ],
      }),
      setting("textarea", "closedText", "Words of closed hours"),
    ],
  },
  {
    id: "rating",
    title: "Rating",
    help: "Asked once, after an agent has closed the conversation.",
    fields: [
      setting("choice", "rating", "How visitors rate", {
        choices: [
          { value: "no", label: "Not asked" },
          { value: "stars", label: "One to five stars" },
          { value: "thumbs", label: "Thumb up or down" },
        ],
      }),
    ],
  },
];
