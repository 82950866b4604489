import type { Localised } from "../../domain/localised.ts";
import type { Sessions } from "../contract/sessions.ts";
import type { SetupStep } from "../contract/setup.ts";
import { credential, setting } from "../shared/setup-field.ts";
import { USUAL_COLD, USUAL_LOOKUPS } from "./about.ts";

/** What the setup page asks for and says, before the sign-in and during it. */

export const description: Localised = {
  en: "A person's own account, by QR code or phone. It can write first, and brings replies written on the phone.",
  ru: "Личный аккаунт сотрудника, по QR-коду или номеру. Может писать первым и передаёт ответы, написанные с телефона.",
  es: "La cuenta propia de una persona, con código QR o teléfono. Puede escribir primero y trae lo respondido desde el móvil.",
};

const amounts = (...values: readonly number[]) =>
  values.map((value) => ({ value: String(value), label: String(value) }));

export const setup: readonly SetupStep[] = [
  {
    id: "sign-in",
    title: {
      en: "Connect a person's Telegram",
      ru: "Подключение личного Telegram",
      es: "Conectar el Telegram de una persona",
    },
    help: {
      en:
        "Leave the number empty to sign in with a QR code, which is shown next. With a number, Telegram sends a code to the app on " +
        "the phone. If the account has a second password, it is asked for too. We appear in Telegram's list of devices and can be " +
        "ended there at any time.",
      ru:
        "Оставьте номер пустым, чтобы войти по QR-коду: он появится дальше. Если указать номер, Telegram пришлёт код в приложение на " +
        "телефоне. Если у аккаунта есть второй пароль, понадобится и он. Мы видны в списке устройств Telegram, и там сеанс можно " +
        "завершить в любое время.",
      es:
        "Deje el número vacío para entrar con un código QR, que se muestra a continuación. Con un número, Telegram envía un código a la " +
        "aplicación del teléfono. Si la cuenta tiene una segunda contraseña, también se pide. Aparecemos en la lista de dispositivos de " +
        "Telegram y allí se puede cerrar la sesión en cualquier momento.",
    },
    warning: {
      en:
        "This connects a person's own account and not a bot. Telegram restricts or bans accounts that write to many people who did " +
        "not write first, and its terms forbid unwanted messages; there is no appeal that we could make for you. Use an " +
        "account that has been in use for some time, keep first messages few and wanted, and have the consent of the account's owner: " +
        "their private chats are relayed too.",
      ru:
        "Так подключается личный аккаунт, а не бот. Telegram ограничивает или блокирует аккаунты, которые пишут многим, кто не писал " +
        "первым, а нежелательные сообщения запрещены его правилами; обжаловать это за вас мы не сможем. Возьмите аккаунт, которым уже " +
        "пользовались, пишите первым редко и только по делу и получите согласие владельца: его личные чаты тоже будут передаваться.",
      es:
        "Esto conecta la cuenta propia de una persona, no un bot. Telegram restringe o bloquea las cuentas que escriben a mucha gente que " +
        "no escribió antes, y sus condiciones prohíben los mensajes no deseados; no podríamos reclamar por usted. Use una cuenta con cierto " +
        "tiempo de uso, escriba primero poco y solo a quien lo espera, y tenga el consentimiento del titular: sus chats privados también se transmiten.",
    },
    fields: [
      credential(
        "text",
        "phone",
        {
          en: "Phone number (empty: QR code)",
          ru: "Номер телефона (пусто: QR-код)",
          es: "Número de teléfono (vacío: código QR)",
        },
        { required: false, placeholder: "+49 151 23456789" },
      ),
      setting("switch", "groups", {
        en: "Relay group chats too",
        ru: "Передавать и групповые чаты",
        es: "Transmitir también los chats de grupo",
      }),
      setting(
        "choice",
        "coldPerDay",
        {
          en: "First messages to new people, a day",
          ru: "Первых сообщений новым людям в день",
          es: "Primeros mensajes a personas nuevas, al día",
        },
        { choices: amounts(0, 5, 10, 20, 50), preset: String(USUAL_COLD) },
      ),
      setting(
        "choice",
        "lookupsPerDay",
        {
          en: "Searches by phone or @name, a day",
          ru: "Поисков по номеру или @имени в день",
          es: "Búsquedas por teléfono o @nombre, al día",
        },
        { choices: amounts(0, 10, 30, 100, 200), preset: String(USUAL_LOOKUPS) },
      ),
    ],
  },
];

export const howTo: Sessions["howTo"] = {
  qr: [
    {
      en: "Open Telegram on the phone.",
      ru: "Откройте Telegram на телефоне.",
      es: "Abra Telegram en el teléfono.",
    },
    {
      en: "Open Settings, Devices, and press “Link Desktop Device”.",
      ru: "Откройте «Настройки», «Устройства» и нажмите «Подключить устройство».",
      es: "Abra Ajustes, Dispositivos, y pulse «Vincular dispositivo».",
    },
    {
      en: "Point the camera at this code. If the account has a second password, it is asked for next.",
      ru: "Наведите камеру на этот код. Если у аккаунта есть второй пароль, он понадобится следом.",
      es: "Apunte la cámara a este código. Si la cuenta tiene una segunda contraseña, se pide después.",
    },
  ],
  code: [
    {
      en: "Look into the Telegram app on the person's phone: the code is in the chat named “Telegram”. Without the app it comes by SMS.",
      ru: "Посмотрите в приложение Telegram на телефоне: код в чате «Telegram». Если приложения нет, код приходит в SMS.",
      es: "Mire en la aplicación Telegram del teléfono: el código está en el chat «Telegram». Sin la aplicación, llega por SMS.",
    },
  ],
  password: [
    {
      en: "This is the password that the account's owner set under Settings, Privacy and Security, Two-Step Verification. It is used once and kept nowhere.",
      ru: "Это пароль, который владелец задал в «Настройки», «Конфиденциальность», «Двухэтапная аутентификация». Он нужен один раз и нигде не хранится.",
      es: "Es la contraseña que el titular puso en Ajustes, Privacidad y seguridad, Verificación en dos pasos. Se usa una vez y no se guarda.",
    },
  ],
};
