import type { Locale } from "../../src/api/boot.ts";

interface PageText {
  readonly title: string;
  /** `{address}` and `{sender}` stand in it. */
  readonly sentence: string;
  readonly button?: string;
}

export type PageState = "asks" | "left" | "stayed" | "unknown" | "not-asked" | "later";

/** Words of the pages on which readers of letters leave. */
export const TEXTS: Readonly<Record<Locale, Readonly<Record<PageState, PageText>>>> = {
  en: {
    asks: {
      title: "Unsubscribe?",
      sentence:
        "{sender} sends letters to {address}. Press the button to get no more offers and notices. You will still be answered when you write yourself.",
      button: "Unsubscribe",
    },
    left: {
      title: "You are unsubscribed",
      sentence:
        "{sender} will send no more offers and notices to {address}. Letters that are on their way already may still arrive.",
      button: "I pressed this by mistake",
    },
    stayed: {
      title: "You are subscribed again",
      sentence: "{sender} may send offers and notices to {address}.",
      button: "Unsubscribe",
    },
    unknown: {
      title: "This link leads nowhere",
      sentence:
        "It is not complete, or the letter that it stood in is too old. Answer the letter and ask to get no more.",
    },
    "not-asked": {
      title: "Nothing was changed",
      sentence: "Open the link from the letter and press the button there.",
    },
    later: { title: "That did not work", sentence: "It could not be noted just now. Try again in a minute." },
  },
  ru: {
    asks: {
      title: "Отписаться?",
      sentence:
        "{sender} отправляет письма на {address}. Нажмите кнопку, и предложения и уведомления больше не придут. Если вы напишете сами, вам ответят.",
      button: "Отписаться",
    },
    left: {
      title: "Вы отписались",
      sentence:
        "{sender} больше не отправит предложений и уведомлений на {address}. Письма, которые уже в пути, ещё могут прийти.",
      button: "Это была ошибка",
    },
    stayed: {
      title: "Вы снова подписаны",
      sentence: "{sender} может отправлять предложения и уведомления на {address}.",
      button: "Отписаться",
    },
    unknown: {
      title: "Ссылка никуда не ведёт",
      sentence: "Она неполная, или письмо с ней слишком старое. Ответьте на письмо и попросите больше не писать.",
    },
    "not-asked": {
      title: "Ничего не изменилось",
      sentence: "Откройте ссылку из письма и нажмите кнопку на странице.",
    },
    later: { title: "Не получилось", sentence: "Сейчас это не удалось записать. Попробуйте через минуту." },
  },
  es: {
    asks: {
      title: "¿Cancelar la suscripción?",
      sentence:
        "{sender} envía correos a {address}. Pulse el botón para no recibir más ofertas ni avisos. Si escribe usted, le responderán igualmente.",
      button: "Cancelar la suscripción",
    },
    left: {
      title: "Suscripción cancelada",
      sentence:
        "{sender} no enviará más ofertas ni avisos a {address}. Los correos que ya están en camino aún pueden llegar.",
      button: "Lo pulsé por error",
    },
    stayed: {
      title: "Suscripción recuperada",
      sentence: "{sender} puede enviar ofertas y avisos a {address}.",
      button: "Cancelar la suscripción",
    },
    unknown: {
      title: "Este enlace no lleva a ninguna parte",
      sentence:
        "No está completo, o el correo en el que estaba es demasiado antiguo. Responda al correo y pida no recibir más.",
    },
    "not-asked": {
      title: "No se cambió nada",
      sentence: "Abra el enlace del correo y pulse el botón que hay allí.",
    },
    later: {
      title: "No se pudo hacer",
      sentence: "Ahora no se pudo anotar. Inténtelo de nuevo dentro de un minuto.",
    },
  },
};
