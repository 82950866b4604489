import type { Localised } from "../../domain/localised.ts";

/** What to do when a server does not take a sign-in, or cannot be reached. */
export const emailProviderSentences: readonly Localised[] = [
  {
    en: "Google did not take the password. It wants an app password: turn on 2-Step Verification in the Google account, make one at myaccount.google.com/apppasswords and type it here. In a company's Google Workspace its administrator may have to allow IMAP first.",
    ru: "Google не принял пароль. Нужен пароль приложения: включите двухэтапную аутентификацию в аккаунте Google, создайте пароль на myaccount.google.com/apppasswords и введите его здесь. В корпоративном Google Workspace администратору может понадобиться сначала разрешить IMAP.",
    es: "Google no aceptó la contraseña. Pide una contraseña de aplicación: active la verificación en dos pasos en la cuenta de Google, créela en myaccount.google.com/apppasswords y escríbala aquí. En Google Workspace de una empresa, puede que su administrador deba permitir antes IMAP.",
  },
  {
    en: "Microsoft takes no passwords from programs any more, not even app passwords. Sign in at Microsoft in the settings of this mailbox; where that is not offered, the operator of this server has to set MICROSOFT_CLIENT_ID first.",
    ru: "Microsoft больше не принимает от программ никаких паролей, даже паролей приложений. Войдите через Microsoft в настройках этого ящика; если такой кнопки нет, оператор сервера должен сначала задать MICROSOFT_CLIENT_ID.",
    es: "Microsoft ya no acepta contraseñas de los programas, ni siquiera de aplicación. Inicie sesión en Microsoft en los ajustes de este buzón; si no se ofrece, el operador de este servidor debe indicar antes MICROSOFT_CLIENT_ID.",
  },
  {
    en: "Yandex did not take the password. It wants an app password: allow access by IMAP in the mail's settings under “Email clients”, make an app password of the type “Mail” at id.yandex.ru/security/app-passwords and type it here.",
    ru: "Яндекс не принял пароль. Нужен пароль приложения: разрешите доступ по IMAP в настройках почты, раздел «Почтовые программы», создайте пароль приложения типа «Почта» на id.yandex.ru/security/app-passwords и введите его здесь.",
    es: "Yandex no aceptó la contraseña. Pide una contraseña de aplicación: permita el acceso por IMAP en los ajustes del correo, sección de programas de correo, créela de tipo «Correo» en id.yandex.ru/security/app-passwords y escríbala aquí.",
  },
  {
    en: "Mail.ru did not take the password. It wants a password for external applications: make one at account.mail.ru/user/2-step-auth/passwords with full access to mail, and type it here.",
    ru: "Mail.ru не принял пароль. Нужен пароль для внешних приложений: создайте его на account.mail.ru/user/2-step-auth/passwords с полным доступом к почте и введите здесь.",
    es: "Mail.ru no aceptó la contraseña. Pide una contraseña para aplicaciones externas: créela en account.mail.ru/user/2-step-auth/passwords con acceso completo al correo y escríbala aquí.",
  },
  {
    en: "Rambler did not take the password. Allow access by mail programs in the settings of the box at mail.rambler.ru, then type the password again.",
    ru: "Рамблер не принял пароль. Разрешите доступ почтовых программ в настройках ящика на mail.rambler.ru и введите пароль снова.",
    es: "Rambler no aceptó la contraseña. Permita el acceso de programas de correo en los ajustes del buzón en mail.rambler.ru y escriba la contraseña otra vez.",
  },
  {
    en: "Apple did not take the password. It wants an app-specific password: make one at account.apple.com under “Sign-In and Security” and type it here.",
    ru: "Apple не принял пароль. Нужен пароль приложения: создайте его на account.apple.com в разделе «Вход и безопасность» и введите здесь.",
    es: "Apple no aceptó la contraseña. Pide una contraseña específica de app: créela en account.apple.com, en «Inicio de sesión y seguridad», y escríbala aquí.",
  },
  {
    en: "Yahoo did not take the password. It wants an app password: make one in the account's settings under “Security” and type it here.",
    ru: "Yahoo не принял пароль. Нужен пароль приложения: создайте его в настройках аккаунта в разделе «Безопасность» и введите здесь.",
    es: "Yahoo no aceptó la contraseña. Pide una contraseña de aplicación: créela en los ajustes de la cuenta, en «Seguridad», y escríbala aquí.",
  },
  {
    en: "AOL did not take the password. It wants an app password: make one in the account's settings under “Security” and type it here.",
    ru: "AOL не принял пароль. Нужен пароль приложения: создайте его в настройках аккаунта в разделе «Безопасность» и введите здесь.",
    es: "AOL no aceptó la contraseña. Pide una contraseña de aplicación: créela en los ajustes de la cuenta, en «Seguridad», y escríbala aquí.",
  },
  {
    en: "GMX did not take the password. Allow access by IMAP in the box's settings under “POP3 & IMAP”; with two-factor sign-in it wants an app password.",
    ru: "GMX не принял пароль. Разрешите доступ по IMAP в настройках ящика, раздел «POP3 & IMAP»; при двухфакторном входе нужен пароль приложения.",
    es: "GMX no aceptó la contraseña. Permita el acceso por IMAP en los ajustes del buzón, en «POP3 & IMAP»; con doble factor pide una contraseña de aplicación.",
  },
  {
    en: "Zoho did not take the password. Allow access by IMAP in the box's settings under “Mail Accounts”; with two-factor sign-in it wants an app password from accounts.zoho.com.",
    ru: "Zoho не принял пароль. Разрешите доступ по IMAP в настройках ящика, раздел «Mail Accounts»; при двухфакторном входе нужен пароль приложения с accounts.zoho.com.",
    es: "Zoho no aceptó la contraseña. Permita el acceso por IMAP en los ajustes del buzón, en «Mail Accounts»; con doble factor pide una contraseña de aplicación de accounts.zoho.com.",
  },
  {
    en: "Fastmail did not take the password. It wants an app password: make one in the settings under “Privacy & Security” and type it here.",
    ru: "Fastmail не принял пароль. Нужен пароль приложения: создайте его в настройках в разделе «Privacy & Security» и введите здесь.",
    es: "Fastmail no aceptó la contraseña. Pide una contraseña de aplicación: créela en los ajustes, en «Privacy & Security», y escríbala aquí.",
  },
  {
    en: "{host} did not take the user name {user} with this password. Check both; some providers want a password made for mail programs, or IMAP to be allowed in the box's settings first.",
    ru: "{host} не принял имя пользователя {user} с этим паролем. Проверьте и то и другое; некоторым провайдерам нужен пароль приложения или сначала разрешение IMAP в настройках ящика.",
    es: "{host} no aceptó el usuario {user} con esta contraseña. Revise ambos; algunos proveedores piden una contraseña de aplicación o permitir antes IMAP en los ajustes del buzón.",
  },
  {
    en: "{host} did not take the sign-in that worked before. It is tried once more.",
    ru: "{host} не принял вход, который раньше работал. Будет ещё одна попытка.",
    es: "{host} no aceptó el acceso que antes funcionaba. Se intenta una vez más.",
  },
  {
    en: "{host} takes no sign-in just now ({text}). It will be tried again.",
    ru: "{host} сейчас не принимает вход ({text}). Будет ещё попытка.",
    es: "{host} no acepta el acceso en este momento ({text}). Se intentará otra vez.",
  },
  {
    en: "There is no safe connection to {host} at port {port} ({code}): its certificate is not valid for it, or it does not encrypt. Check the server's name and the kind of encryption in the settings.",
    ru: "Нет безопасного соединения с {host}, порт {port} ({code}): сертификат сервера не подходит или шифрования нет. Проверьте имя сервера и вид шифрования в настройках.",
    es: "No hay conexión segura con {host} en el puerto {port} ({code}): su certificado no es válido o no cifra. Revise el nombre del servidor y el tipo de cifrado en los ajustes.",
  },
  {
    en: "{host} is at a private address, which is not allowed. The operator of this server can list it in MAIL_PRIVATE_HOSTS if that is meant.",
    ru: "{host} находится по внутреннему адресу, а это не разрешено. Если так и задумано, администратор этого сервера может указать его в MAIL_PRIVATE_HOSTS.",
    es: "{host} está en una dirección privada, lo que no se permite. Si es lo previsto, el operador de este servidor puede incluirlo en MAIL_PRIVATE_HOSTS.",
  },
  {
    en: "The mail server {host} cannot be reached at port {port} ({code}). It will be tried again; check the server's name in the settings if this stays.",
    ru: "Почтовый сервер {host} недоступен, порт {port} ({code}). Будет ещё попытка; если так и останется, проверьте имя сервера в настройках.",
    es: "No se puede acceder al servidor de correo {host} en el puerto {port} ({code}). Se intentará otra vez; si sigue así, revise el nombre del servidor en los ajustes.",
  },
];
