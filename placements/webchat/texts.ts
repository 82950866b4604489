import { ar } from "./texts-ar.ts";

/** The widget's words. A site's own title and greeting take the place of ours. */
export interface Texts {
  readonly title: string;
  readonly greeting: string;
  readonly open: string;
  readonly openUnread: (count: number) => string;
  readonly close: string;
  readonly input: string;
  readonly send: string;
  readonly attach: string;
  readonly drop: string;
  readonly log: string;
  readonly you: string;
  readonly team: string;
  readonly sending: string;
  readonly sent: string;
  readonly delivered: string;
  readonly failed: string;
  readonly retry: string;
  readonly discard: string;
  readonly offline: string;
  readonly online: string;
  readonly typing: string;
  readonly edited: string;
  readonly removed: string;
  readonly reply: string;
  readonly replyingTo: string;
  readonly cancelReply: string;
  readonly cancelUpload: string;
  readonly newMessages: string;
  readonly newMessage: string;
  readonly tooLarge: (limit: string) => string;
  readonly tooMany: string;
  readonly refused: string;
  readonly tooLong: (over: number) => string;
  readonly today: string;
  readonly yesterday: string;
  readonly earlier: string;
  readonly download: string;
  readonly subtitle: string;
  readonly form: FormTexts;
  readonly rating: RatingTexts;
  readonly livePreview: string;
  readonly closed: string;
  /** With the time in the visitor's own words. */
  readonly backAt: (time: string) => string;
  readonly dismiss: string;
}

export interface FormTexts {
  readonly preChat: string;
  readonly offline: string;
  readonly name: string;
  readonly phone: string;
  readonly email: string;
  readonly text: string;
  readonly optional: string;
  readonly start: string;
  readonly leave: string;
  readonly missing: string;
  readonly wrongPhone: string;
  readonly wrongEmail: string;
  readonly consentMissing: string;
  readonly later: string;
}

export interface RatingTexts {
  readonly ask: string;
  readonly star: (count: number) => string;
  readonly up: string;
  readonly down: string;
  readonly thanks: string;
}

export type Language = "en" | "ru" | "es" | "ar";

const en: Texts = {
  title: "Chat with us",
  subtitle: "We answer right here",
  greeting: "Hello! How can we help?",
  open: "Open chat",
  openUnread: (count) => `Open chat, unread messages: ${count}`,
  close: "Close chat",
  input: "Write a message…",
  send: "Send",
  attach: "Attach a file",
  drop: "Drop the file to send it",
  log: "Conversation",
  you: "You",
  team: "Support",
  sending: "Sending",
  sent: "Sent",
  delivered: "Passed on to the team",
  failed: "Not sent",
  retry: "Try again",
  discard: "Discard",
  offline: "No connection. Trying again…",
  online: "Connected again",
  typing: "Typing…",
  edited: "edited",
  removed: "This message was removed",
  reply: "Reply to this message",
  replyingTo: "Replying to",
  cancelReply: "Cancel the reply",
  cancelUpload: "Cancel the upload",
  newMessages: "New messages",
  newMessage: "New message",
  tooLarge: (limit) => `Larger than ${limit}`,
  tooMany: "Too many messages at once: please wait a moment",
  refused: "The message was not accepted",
  tooLong: (over) => `Too long by ${over} characters`,
  today: "Today",
  yesterday: "Yesterday",
  earlier: "Loading earlier messages…",
  download: "Download",
  form: {
    preChat: "Before we start, please tell us who you are.",
    offline: "Nobody is here just now. Leave us a message and we will answer.",
    name: "Name",
    phone: "Phone",
    email: "E-mail",
    text: "Your message",
    optional: "optional",
    start: "Start the chat",
    leave: "Send the message",
    missing: "Please fill this in",
    wrongPhone: "Please write the whole number, with the country's code",
    wrongEmail: "Please check the address",
    consentMissing: "Please tick this to go on",
    later: "No connection just now: please try again in a moment",
  },
  rating: {
    ask: "How was this conversation?",
    star: (count) => (count === 1 ? "1 star of 5" : `${count} stars of 5`),
    up: "Good",
    down: "Bad",
    thanks: "Thank you for your answer!",
  },
  livePreview: "Our team sees your text while you type it.",
  closed: "We are closed just now",
  backAt: (time) => `Back on ${time}`,
  dismiss: "Hide this greeting",
};

const ru: Texts = {
  title: "Напишите нам",
  subtitle: "Отвечаем прямо здесь",
  greeting: "Здравствуйте! Чем можем помочь?",
  open: "Открыть чат",
  openUnread: (count) => `Открыть чат, непрочитанных сообщений: ${count}`,
  close: "Закрыть чат",
  input: "Напишите сообщение…",
  send: "Отправить",
  attach: "Прикрепить файл",
  drop: "Отпустите файл, чтобы отправить",
  log: "Переписка",
  you: "Вы",
  team: "Поддержка",
  sending: "Отправляется",
  sent: "Отправлено",
  delivered: "Передано сотрудникам",
  failed: "Не отправлено",
  retry: "Повторить",
  discard: "Удалить",
  offline: "Нет связи. Пробуем снова…",
  online: "Связь восстановлена",
  typing: "Печатает…",
  edited: "изменено",
  removed: "Сообщение удалено",
  reply: "Ответить на это сообщение",
  replyingTo: "Ответ на",
  cancelReply: "Отменить ответ",
  cancelUpload: "Отменить загрузку",
  newMessages: "Новые сообщения",
  newMessage: "Новое сообщение",
  tooLarge: (limit) => `Больше ${limit}`,
  tooMany: "Слишком много сообщений сразу: подождите немного",
  refused: "Сообщение не принято",
  tooLong: (over) => `Длиннее допустимого на ${over} знаков`,
  today: "Сегодня",
  yesterday: "Вчера",
  earlier: "Загружаем прежние сообщения…",
  download: "Скачать",
  form: {
    preChat: "Прежде чем начать, представьтесь, пожалуйста.",
    offline: "Сейчас мы не на месте. Оставьте сообщение, и мы ответим.",
    name: "Имя",
    phone: "Телефон",
    email: "Эл. почта",
    text: "Ваше сообщение",
    optional: "необязательно",
    start: "Начать чат",
    leave: "Отправить сообщение",
    missing: "Заполните это поле",
    wrongPhone: "Напишите номер полностью, с кодом страны",
    wrongEmail: "Проверьте адрес",
    consentMissing: "Отметьте, чтобы продолжить",
    later: "Сейчас нет связи: попробуйте ещё раз чуть позже",
  },
  rating: {
    ask: "Как вам этот разговор?",
    star: (count) => `Оценка ${count} из 5`,
    up: "Хорошо",
    down: "Плохо",
    thanks: "Спасибо за оценку!",
  },
  livePreview: "Сотрудники видят текст, пока вы его набираете.",
  closed: "Сейчас мы не работаем",
  backAt: (time) => `Вернёмся: ${time}`,
  dismiss: "Скрыть приветствие",
};

const es: Texts = {
  title: "Escríbanos",
  subtitle: "Respondemos aquí mismo",
  greeting: "¡Hola! ¿En qué podemos ayudarle?",
  open: "Abrir el chat",
  openUnread: (count) => `Abrir el chat, mensajes sin leer: ${count}`,
  close: "Cerrar el chat",
  input: "Escriba un mensaje…",
  send: "Enviar",
  attach: "Adjuntar un archivo",
  drop: "Suelte el archivo para enviarlo",
  log: "Conversación",
  you: "Usted",
  team: "Atención al cliente",
  sending: "Enviando",
  sent: "Enviado",
  delivered: "Entregado al equipo",
  failed: "No enviado",
  retry: "Reintentar",
  discard: "Descartar",
  offline: "Sin conexión. Reintentando…",
  online: "Conexión restablecida",
  typing: "Escribiendo…",
  edited: "editado",
  removed: "Este mensaje fue eliminado",
  reply: "Responder a este mensaje",
  replyingTo: "En respuesta a",
  cancelReply: "Cancelar la respuesta",
  cancelUpload: "Cancelar la subida",
  newMessages: "Mensajes nuevos",
  newMessage: "Mensaje nuevo",
  tooLarge: (limit) => `Supera ${limit}`,
  tooMany: "Demasiados mensajes a la vez: espere un momento",
  refused: "El mensaje no fue aceptado",
  tooLong: (over) => `Sobran ${over} caracteres`,
  today: "Hoy",
  yesterday: "Ayer",
  earlier: "Cargando mensajes anteriores…",
  download: "Descargar",
  form: {
    preChat: "Antes de empezar, díganos quién es.",
    offline: "Ahora mismo no hay nadie. Déjenos un mensaje y le responderemos.",
    name: "Nombre",
    phone: "Teléfono",
    email: "Correo electrónico",
    text: "Su mensaje",
    optional: "opcional",
    start: "Empezar el chat",
    leave: "Enviar el mensaje",
    missing: "Rellene este campo",
    wrongPhone: "Escriba el número completo, con el prefijo del país",
    wrongEmail: "Revise la dirección",
    consentMissing: "Márquelo para continuar",
    later: "No hay conexión: inténtelo de nuevo en un momento",
  },
  rating: {
    ask: "¿Qué le pareció esta conversación?",
    star: (count) => (count === 1 ? "1 estrella de 5" : `${count} estrellas de 5`),
    up: "Bien",
    down: "Mal",
    thanks: "¡Gracias por su respuesta!",
  },
  livePreview: "Nuestro equipo ve su texto mientras lo escribe.",
  closed: "Ahora estamos cerrados",
  backAt: (time) => `Volvemos: ${time}`,
  dismiss: "Ocultar el saludo",
};

const TEXTS: Readonly<Record<Language, Texts>> = { en, ru, es, ar };

/** The first wish that we have: the page's own, the account's, then the browser's. */
export function chooseLanguage(wishes: readonly (string | undefined | null)[]): Language {
  for (const wish of wishes) {
    const [language] = (wish ?? "").toLowerCase().split("-");
    if (language === "en" || language === "ru" || language === "es" || language === "ar") return language;
  }
  return "en";
}

/** Which way the language is written. */
export const directionOf = (language: Language): "ltr" | "rtl" => (language === "ar" ? "rtl" : "ltr");

export const textsFor = (language: Language): Texts => TEXTS[language];
