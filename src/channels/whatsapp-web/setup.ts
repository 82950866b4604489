import type { Localised } from "../../domain/localised.ts";
import type { Sessions } from "../contract/sessions.ts";
import type { SetupStep } from "../contract/setup.ts";
import { setting } from "../shared/setup-field.ts";

/** What the setup page asks for and says, before the code is scanned and while it is. */

export const description: Localised = {
  en: "A number as on WhatsApp for computers, by a QR code. WhatsApp does not allow it and may ban the number.",
  ru: "Номер, как в WhatsApp на компьютере, по QR-коду. WhatsApp этого не разрешает и может заблокировать номер.",
  es: "Un número como en WhatsApp para ordenador, con un código QR. WhatsApp no lo permite y puede bloquear el número.",
};

export const setup: readonly SetupStep[] = [
  {
    id: "risk",
    title: {
      en: "Before you link a WhatsApp account",
      ru: "Прежде чем связать аккаунт WhatsApp",
      es: "Antes de vincular una cuenta de WhatsApp",
    },
    help: {
      en:
        "This works like WhatsApp on a computer: the number stays on its phone and Threadline becomes one of its linked devices. " +
        "The phone must go online at least once in 14 days. For a number that your business depends on, use WhatsApp Business (Cloud API) instead. " +
        "A QR code to scan is shown next.",
      ru:
        "Это работает как WhatsApp на компьютере: номер остаётся на телефоне, а Threadline становится одним из связанных устройств. " +
        "Телефон должен выходить в сеть хотя бы раз в 14 дней. Для номера, от которого зависит ваше дело, возьмите WhatsApp Business (Cloud API). " +
        "Дальше появится QR-код, который надо отсканировать.",
      es:
        "Funciona como WhatsApp en un ordenador: el número se queda en su teléfono y Threadline pasa a ser uno de sus dispositivos vinculados. " +
        "El teléfono debe conectarse al menos una vez cada 14 días. Para un número del que depende su negocio, use WhatsApp Business (Cloud API). " +
        "A continuación se muestra un código QR para escanear.",
    },
    warning: {
      en:
        "WhatsApp does not allow other programs to be linked devices. It may restrict or ban the number for good, most of all one that " +
        "writes to strangers. Threadline writes slowly, keeps a small daily budget for first messages and stops at signs of a " +
        "restriction, but the risk is yours.",
      ru:
        "WhatsApp не разрешает другим программам быть связанными устройствами. Он может ограничить или навсегда заблокировать номер, прежде " +
        "всего тот, что пишет незнакомым. Threadline пишет медленно, держит малый дневной запас первых сообщений и останавливается при " +
        "признаках ограничения, но риск остаётся за вами.",
      es:
        "WhatsApp no permite que otros programas sean dispositivos vinculados. Puede restringir o bloquear el número para siempre, sobre todo uno " +
        "que escribe a desconocidos. Threadline escribe despacio, mantiene un pequeño cupo diario de primeros mensajes y se detiene ante " +
        "señales de una restricción, pero el riesgo es suyo.",
    },
    consent: "consent",
    fields: [
      setting("switch", "withoutGroups", {
        en: "Leave group chats out",
        ru: "Не передавать групповые чаты",
        es: "Dejar fuera los chats de grupo",
      }),
    ],
  },
];

export const howTo: Sessions["howTo"] = {
  qr: [
    {
      en: "Open WhatsApp on the phone that has the number.",
      ru: "Откройте WhatsApp на телефоне с этим номером.",
      es: "Abra WhatsApp en el teléfono que tiene el número.",
    },
    {
      en: "Open Settings (on Android the three dots), Linked devices, and press “Link a device”.",
      ru: "Откройте «Настройки» (на Android три точки), «Связанные устройства» и нажмите «Привязка устройства».",
      es: "Abra Ajustes (en Android, los tres puntos), Dispositivos vinculados, y pulse «Vincular un dispositivo».",
    },
    {
      en: "Point the camera at this code. Messages that come from now on are brought here; older ones stay on the phone.",
      ru: "Наведите камеру на этот код. Новые сообщения будут приходить сюда, прежние останутся на телефоне.",
      es: "Apunte la cámara a este código. Los mensajes nuevos llegarán aquí; los anteriores se quedan en el teléfono.",
    },
  ],
};
