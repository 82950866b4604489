import type { Localised } from "../domain/localised.ts";

/** What employees are told by a notice in the portal. */
export const bellSentences: readonly Localised[] = [
  {
    en: "A conversation was given to you.",
    ru: "Вам передан диалог.",
    es: "Se le ha asignado una conversación.",
  },
  {
    en: "The conversation with {customer} was given to you.",
    ru: "Вам передан диалог с клиентом {customer}.",
    es: "Se le ha asignado la conversación con {customer}.",
  },
  {
    en: "You are asked to connect your mailbox {address} to the CRM. Only you sign in there: nobody else sees your password.",
    ru: "Вас просят подключить ваш почтовый ящик {address} к CRM. Входите в него только вы: пароль не увидит никто другой.",
    es: "Se le pide conectar su buzón {address} al CRM. Solo usted inicia sesión en él: nadie más ve su contraseña.",
  },
  {
    en: "{by} asks you to connect your mailbox {address} to the CRM. Only you sign in there: nobody else sees your password.",
    ru: "{by} просит вас подключить ваш почтовый ящик {address} к CRM. Входите в него только вы: пароль не увидит никто другой.",
    es: "{by} le pide conectar su buzón {address} al CRM. Solo usted inicia sesión en él: nadie más ve su contraseña.",
  },
  { en: "Connect the mailbox", ru: "Подключить ящик", es: "Conectar el buzón" },
  {
    en: "A conversation waits for whoever takes it first.",
    ru: "Диалог ждёт того, кто примет его первым.",
    es: "Una conversación espera a quien la tome primero.",
  },
  {
    en: "The conversation with {customer} waits for whoever takes it first.",
    ru: "Диалог с клиентом {customer} ждёт того, кто примет его первым.",
    es: "La conversación con {customer} espera a quien la tome primero.",
  },
  {
    en: "A customer waits too long for an answer, and nobody has the conversation.",
    ru: "Клиент слишком долго ждёт ответа, и диалог никто не взял.",
    es: "Un cliente espera respuesta demasiado tiempo y nadie tiene la conversación.",
  },
  {
    en: "{customer} waits too long for an answer, and nobody has the conversation.",
    ru: "{customer} слишком долго ждёт ответа, и диалог никто не взял.",
    es: "{customer} espera respuesta demasiado tiempo y nadie tiene la conversación.",
  },
  {
    en: "A customer waits too long for an answer from {operator}.",
    ru: "Клиент слишком долго ждёт ответа; отвечает {operator}.",
    es: "Un cliente espera demasiado tiempo la respuesta de {operator}.",
  },
  {
    en: "{customer} waits too long for an answer from {operator}.",
    ru: "{customer} слишком долго ждёт ответа; отвечает {operator}.",
    es: "{customer} espera demasiado tiempo la respuesta de {operator}.",
  },
  { en: "Show the conversation", ru: "Показать диалог", es: "Mostrar la conversación" },
  {
    en: "A colleague mentioned you in a note on a conversation:",
    ru: "Коллега упомянул вас в заметке к диалогу:",
    es: "Un compañero le mencionó en una nota sobre una conversación:",
  },
  {
    en: "{author} mentioned you in a note on a conversation:",
    ru: "{author} упоминает вас в заметке к диалогу:",
    es: "{author} le mencionó en una nota sobre una conversación:",
  },
  {
    en: "A colleague mentioned you in a note on the conversation with {customer}:",
    ru: "Коллега упомянул вас в заметке к диалогу с клиентом {customer}:",
    es: "Un compañero le mencionó en una nota sobre la conversación con {customer}:",
  },
  {
    en: "{author} mentioned you in a note on the conversation with {customer}:",
    ru: "{author} упоминает вас в заметке к диалогу с клиентом {customer}:",
    es: "{author} le mencionó en una nota sobre la conversación con {customer}:",
  },
  {
    en: "Nothing has come in to {name} for unusually long.",
    ru: "В «{name}» необычно долго ничего не приходит.",
    es: "Hace un tiempo inusual que no llega nada a {name}.",
  },
];
