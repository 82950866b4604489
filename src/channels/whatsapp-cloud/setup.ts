import type { Localised } from "../../domain/localised.ts";
import type { SetupStep } from "../contract/setup.ts";
import { credential } from "../shared/setup-field.ts";

/** What the setup page asks for, in the order in which Meta shows it. */

export const description: Localised = {
  en: "A business number at Meta's own service (Cloud API): reliable and allowed, with templates. Meta charges for some messages.",
  ru: "Номер компании в сервисе самой Meta (Cloud API): надёжно и по правилам, с шаблонами. За часть сообщений Meta берёт плату.",
  es: "Un número de empresa en el servicio de Meta (Cloud API): fiable y permitido, con plantillas. Meta cobra algunos mensajes.",
};

export const setup: readonly SetupStep[] = [
  {
    id: "number",
    title: {
      en: "Connect a WhatsApp Business number",
      ru: "Подключение номера WhatsApp Business",
      es: "Conectar un número de WhatsApp Business",
    },
    help: {
      en:
        "Open your app at developers.facebook.com. Under WhatsApp > API Setup copy the phone number ID and the WhatsApp " +
        "Business Account ID. In the Business settings make a system user with the permissions whatsapp_business_messaging " +
        "and whatsapp_business_management, give it this account, and generate a token that does not expire. The app secret " +
        "stands under App settings > Basic.",
      ru:
        "Откройте своё приложение на developers.facebook.com. В разделе WhatsApp > API Setup скопируйте phone number ID и WhatsApp " +
        "Business Account ID. В настройках компании (Business settings) создайте системного пользователя с правами whatsapp_business_messaging " +
        "и whatsapp_business_management, дайте ему этот аккаунт и выпустите бессрочный токен. Секрет приложения (App secret) " +
        "находится в App settings > Basic.",
      es:
        "Abra su aplicación en developers.facebook.com. En WhatsApp > API Setup copie el phone number ID y el WhatsApp " +
        "Business Account ID. En la configuración del negocio (Business settings) cree un usuario del sistema con los permisos " +
        "whatsapp_business_messaging y whatsapp_business_management, asígnele esta cuenta y genere un token que no caduque. " +
        "La clave secreta (App secret) está en App settings > Basic.",
    },
    fields: [
      credential("text", "phoneNumberId", {
        en: "Phone number ID",
        ru: "ID номера (phone number ID)",
        es: "ID del número (phone number ID)",
      }),
      credential("text", "businessAccountId", {
        en: "WhatsApp Business Account ID",
        ru: "ID аккаунта (WhatsApp Business Account ID)",
        es: "ID de la cuenta (WhatsApp Business Account ID)",
      }),
      credential("secret", "accessToken", {
        en: "Access token",
        ru: "Токен доступа (access token)",
        es: "Token de acceso (access token)",
      }),
      credential("secret", "appSecret", {
        en: "App secret",
        ru: "Секрет приложения (app secret)",
        es: "Clave secreta (app secret)",
      }),
    ],
  },
  {
    id: "webhook",
    title: {
      en: "Let Meta deliver messages",
      ru: "Доставка сообщений от Meta",
      es: "Que Meta entregue los mensajes",
    },
    help: {
      en:
        "After this account is saved, its state shows a callback URL and a verify token. In the app open WhatsApp > " +
        "Configuration, enter both, press “Verify and save”, and subscribe to the field “messages”. Where the app serves other " +
        "numbers too, leave its callback URL as it is and only check that the field is subscribed: this number is pointed here by itself.",
      ru:
        "Когда канал сохранён, в его состоянии видны callback URL и verify token. В приложении откройте WhatsApp > " +
        "Configuration, впишите оба, нажмите «Verify and save» и подпишитесь на поле messages. Если приложение обслуживает и другие " +
        "номера, оставьте его callback URL как есть и только проверьте подписку: этот номер направляется сюда сам.",
      es:
        "Una vez guardada, la cuenta muestra en su estado un callback URL y un verify token. En la aplicación abra WhatsApp > " +
        "Configuration, introduzca ambos, pulse «Verify and save» y suscríbase al campo «messages». Si la aplicación atiende también " +
        "otros números, deje su callback URL como está y compruebe solo la suscripción: este número se dirige aquí por sí mismo.",
    },
    fields: [],
  },
];
