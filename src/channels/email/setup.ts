import type { Localised, Words } from "../../domain/localised.ts";
import type { SetupField, SetupStep } from "../contract/setup.ts";
import { credential, setting } from "../shared/setup-field.ts";

/** What the setup page asks for and says. */

export const description: Localised = {
  en: "A mailbox, an employee's or a department's. Mail from customers, and what was answered from any mail program, stands in their card.",
  ru: "Почтовый ящик сотрудника или отдела. Письма клиентов и ответы из любой почтовой программы попадают в их карточки.",
  es: "Un buzón de correo, de un empleado o de un departamento. El correo de los clientes y lo respondido desde cualquier programa aparece en su ficha.",
};

const choice = (value: string, label: Words) => ({ value, label });

const securities = [
  choice("", { en: "Find it out", ru: "Определить", es: "Averiguarlo" }),
  choice("tls", { en: "TLS from the beginning", ru: "TLS с начала соединения", es: "TLS desde el principio" }),
  choice("starttls", {
    en: "STARTTLS, then encrypted",
    ru: "STARTTLS, затем шифрование",
    es: "STARTTLS y después cifrado",
  }),
];

/** Where one of the two servers is: names of protocols are the same in every language. */
function serverFields(protocol: "imap" | "smtp", port: string): readonly SetupField[] {
  const name = protocol.toUpperCase();
  return [
    setting(
      "text",
      `${protocol}Host`,
      { en: `${name} server`, ru: `Сервер ${name}`, es: `Servidor ${name}` },
      { placeholder: `${protocol}.example.com` },
    ),
    setting(
      "text",
      `${protocol}Port`,
      { en: `${name} port`, ru: `Порт ${name}`, es: `Puerto ${name}` },
      { placeholder: port },
    ),
    setting(
      "choice",
      `${protocol}Security`,
      { en: `${name} encryption`, ru: `Шифрование ${name}`, es: `Cifrado ${name}` },
      { choices: securities },
    ),
  ];
}

export const setup: readonly SetupStep[] = [
  {
    id: "mailbox",
    title: { en: "Connect a mailbox", ru: "Подключение почтового ящика", es: "Conectar un buzón de correo" },
    help: {
      en:
        "The address and the password are enough at most providers: the servers are found by the address. Boxes at Google and Microsoft " +
        "are signed in at their own page. Yandex, Mail.ru, iCloud, Yahoo and others want a password made for mail programs (an app " +
        "password) and not the one you sign in with; if yours does, you are told where to make it. Nothing in the mailbox is changed: mail stays unread until somebody reads it there.",
      ru:
        "У большинства провайдеров достаточно адреса и пароля: серверы определяются по адресу. В ящики Google и Microsoft входят на их " +
        "собственной странице. Яндекс, Mail.ru, iCloud, Yahoo и другие принимают только пароль приложения, а не тот, с которым вы входите сами; если так и у вас, мы подскажем, где его создать. " +
        "В ящике ничего не меняется: письма остаются непрочитанными, пока их там не прочтут.",
      es:
        "En la mayoría de los proveedores bastan la dirección y la contraseña: los servidores se averiguan por la dirección. En los buzones " +
        "de Google y Microsoft se entra en su propia página. Yandex, Mail.ru, iCloud, Yahoo y otros piden una contraseña hecha para programas (contraseña de aplicación) y no la suya habitual; si es " +
        "su caso, le decimos dónde crearla. En el buzón no cambia nada: el correo sigue sin leer hasta que alguien lo lea allí.",
    },
    fields: [
      setting(
        "text",
        "address",
        { en: "E-mail address", ru: "Адрес почты", es: "Dirección de correo" },
        { required: true, placeholder: "sales@example.com" },
      ),
      credential(
        "sign-in",
        "signIn",
        { en: "Sign-in at the provider", ru: "Вход у провайдера", es: "Inicio de sesión en el proveedor" },
        { required: false },
      ),
      credential(
        "secret",
        "password",
        {
          en: "Password or app password",
          ru: "Пароль или пароль приложения",
          es: "Contraseña o contraseña de aplicación",
        },
        { required: false },
      ),
      setting(
        "choice",
        "box",
        { en: "Whose mailbox it is", ru: "Чей это ящик", es: "De quién es el buzón" },
        {
          choices: [
            choice("shared", { en: "A department's", ru: "Общий для отдела", es: "De un departamento" }),
            choice("personal", { en: "One employee's", ru: "Одного сотрудника", es: "De un empleado" }),
          ],
          preset: "shared",
        },
      ),
      setting(
        "person",
        "owner",
        { en: "Whose", ru: "Чей", es: "De quién" },
        { required: true, when: { key: "box", is: "personal" } },
      ),
      setting(
        "choice",
        "showing",
        {
          en: "What the CRM card shows to others",
          ru: "Что видно другим в карточке CRM",
          es: "Qué muestra la ficha del CRM a los demás",
        },
        {
          choices: [
            choice("whole", { en: "The letters", ru: "Письма целиком", es: "Los correos" }),
            choice("subject", { en: "Their subjects only", ru: "Только темы", es: "Solo sus asuntos" }),
            choice("click", {
              en: "Nothing without the owner's click",
              ru: "Ничего, пока владелец не нажмёт",
              es: "Nada sin que el titular lo pulse",
            }),
          ],
          preset: "whole",
          when: { key: "box", is: "personal" },
        },
      ),
      setting(
        "choice",
        "days",
        {
          en: "Look through the mail of the last",
          ru: "Просмотреть письма за последние",
          es: "Revisar el correo de los últimos",
        },
        {
          choices: [
            choice("0", {
              en: "Only what comes from now on",
              ru: "Только новые письма",
              es: "Solo lo que llegue desde ahora",
            }),
            choice("7", { en: "7 days", ru: "7 дней", es: "7 días" }),
            choice("30", { en: "30 days", ru: "30 дней", es: "30 días" }),
            choice("90", { en: "90 days", ru: "90 дней", es: "90 días" }),
            choice("365", { en: "A year", ru: "Год", es: "Un año" }),
          ],
          preset: "30",
        },
      ),
    ],
  },
  {
    id: "servers",
    title: { en: "Folders and servers", ru: "Папки и серверы", es: "Carpetas y servidores" },
    help: {
      en:
        "You can leave all of this as it is. The inbox and the sent mail are always watched; name other folders if mail is sorted into them. " +
        "Type servers only where they are not found by the address.",
      ru:
        "Всё это можно оставить как есть. Входящие и отправленные отслеживаются всегда; укажите другие папки, если письма раскладываются по ним. " +
        "Серверы указывайте, только если они не определились по адресу.",
      es:
        "Puede dejar todo esto como está. La bandeja de entrada y los enviados se vigilan siempre; nombre otras carpetas si el correo se " +
        "clasifica en ellas. Indique servidores solo si no se averiguan por la dirección.",
    },
    fields: [
      setting("text", "folders", {
        en: "Other folders, with commas",
        ru: "Другие папки, через запятую",
        es: "Otras carpetas, separadas por comas",
      }),
      setting("switch", "apart", {
        en: "Keep this box apart: show its mail again even where another box has it",
        ru: "Вести ящик отдельно: показывать его письма, даже если они есть в другом ящике",
        es: "Mantener este buzón aparte: mostrar su correo aunque esté en otro buzón",
      }),
      setting("textarea", "signature", {
        en: "Signature below letters ({{ agent.name }}: who writes)",
        ru: "Подпись под письмами ({{ agent.name }} — имя автора)",
        es: "Firma al pie de los correos ({{ agent.name }}: quien escribe)",
      }),
      setting("switch", "tracked", {
        en: "See whether letters are opened and links followed",
        ru: "Отслеживать открытия писем и переходы по ссылкам",
        es: "Ver si los correos se abren y los enlaces se siguen",
      }),
      setting(
        "text",
        "trackingUrl",
        {
          en: "Own domain for that, which leads to this server",
          ru: "Свой домен для этого, ведущий на этот сервер",
          es: "Dominio propio para ello, que lleve a este servidor",
        },
        { placeholder: "https://go.example.com" },
      ),
      setting("text", "user", {
        en: "User name (empty: the address)",
        ru: "Имя пользователя (пусто: адрес)",
        es: "Nombre de usuario (vacío: la dirección)",
      }),
      ...serverFields("imap", "993"),
      ...serverFields("smtp", "465"),
    ],
  },
];
