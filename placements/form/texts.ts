/** The form's words. */
export interface Texts {
  readonly title: string;
  readonly name: string;
  readonly phone: string;
  readonly email: string;
  readonly text: string;
  readonly optional: string;
  readonly send: string;
  readonly sending: string;
  readonly thanks: string;
  readonly another: string;
  readonly missing: string;
  readonly wrongPhone: string;
  readonly wrongEmail: string;
  readonly consentMissing: string;
  readonly tooMany: string;
  readonly failed: string;
}

export type Language = "en" | "ru" | "es" | "ar";

const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    title: "Write to us",
    name: "Name",
    phone: "Phone",
    email: "E-mail",
    text: "Your message",
    optional: "optional",
    send: "Send",
    sending: "Sending…",
    thanks: "Thank you! Your request has arrived, and we will answer as soon as we can.",
    another: "Write another one",
    missing: "Please fill this in",
    wrongPhone: "Please write the whole number, with the country's code",
    wrongEmail: "Please check the address",
    consentMissing: "Please tick this to go on",
    tooMany: "Too many requests at once: please wait a minute and try again.",
    failed: "This could not be sent just now. Please try again: nothing you wrote is lost.",
  },
  ru: {
    title: "Напишите нам",
    name: "Имя",
    phone: "Телефон",
    email: "Эл. почта",
    text: "Ваше сообщение",
    optional: "необязательно",
    send: "Отправить",
    sending: "Отправляем…",
    thanks: "Спасибо! Заявка получена, мы ответим как можно скорее.",
    another: "Написать ещё",
    missing: "Заполните это поле",
    wrongPhone: "Напишите номер полностью, с кодом страны",
    wrongEmail: "Проверьте адрес",
    consentMissing: "Отметьте, чтобы продолжить",
    tooMany: "Слишком много заявок сразу: подождите минуту и попробуйте снова.",
    failed: "Сейчас отправить не удалось. Попробуйте ещё раз: текст сохранён.",
  },
  es: {
    title: "Escríbanos",
    name: "Nombre",
    phone: "Teléfono",
    email: "Correo electrónico",
    text: "Su mensaje",
    optional: "opcional",
    send: "Enviar",
    sending: "Enviando…",
    thanks: "¡Gracias! Hemos recibido su solicitud y le responderemos lo antes posible.",
    another: "Escribir otra",
    missing: "Rellene este campo",
    wrongPhone: "Escriba el número completo, con el prefijo del país",
    wrongEmail: "Revise la dirección",
    consentMissing: "Márquelo para continuar",
    tooMany: "Demasiadas solicitudes a la vez: espere un minuto e inténtelo de nuevo.",
    failed: "No se ha podido enviar. Inténtelo de nuevo: su texto sigue aquí.",
  },
  ar: {
    title: "اكتب لنا",
    name: "الاسم",
    phone: "الهاتف",
    email: "البريد الإلكتروني",
    text: "رسالتك",
    optional: "اختياري",
    send: "إرسال",
    sending: "جارٍ الإرسال…",
    thanks: "شكرًا لك! وصل طلبك وسنجيبك في أقرب وقت.",
    another: "كتابة طلب آخر",
    missing: "يرجى ملء هذا الحقل",
    wrongPhone: "اكتب الرقم كاملًا مع رمز البلد",
    wrongEmail: "تحقق من العنوان من فضلك",
    consentMissing: "ضع علامة هنا للمتابعة",
    tooMany: "طلبات كثيرة دفعة واحدة: انتظر دقيقة ثم حاول مجددًا.",
    failed: "تعذر الإرسال الآن. حاول مجددًا: لم يُفقد ما كتبته.",
  },
};

/** The first wish that we have: the page's own, the account's, then the browser's. */
export function textsFor(wishes: readonly (string | undefined)[]): readonly [Language, Texts] {
  for (const wish of wishes) {
    const language = (wish ?? "").toLowerCase().split("-")[0];
    if (language === "en" || language === "ru" || language === "es" || language === "ar")
      return [language, TEXTS[language]];
  }
  return ["en", TEXTS.en];
}
