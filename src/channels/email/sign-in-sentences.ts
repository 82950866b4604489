import type { Localised } from "../../domain/localised.ts";

/** Of mailboxes that are signed in at Google's or Microsoft's page. */
export const signInSentences: readonly Localised[] = [
  {
    en: "This mailbox is at Google. Sign in there: no password is typed here. An app password does as well; it wants 2-Step Verification in the Google account.",
    ru: "Этот ящик у Google. Войдите через Google: пароль здесь вводить не нужно. Подойдёт и пароль приложения, но для него в аккаунте Google должна быть включена двухэтапная аутентификация.",
    es: "Este buzón está en Google. Inicie sesión allí: aquí no se escribe ninguna contraseña. También vale una contraseña de aplicación, que requiere la verificación en dos pasos en la cuenta de Google.",
  },
  {
    en: "This mailbox is at Google. Type an app password: turn on 2-Step Verification in the Google account and make one at myaccount.google.com/apppasswords. Signing in at Google is not set up on this server (GOOGLE_CLIENT_ID).",
    ru: "Этот ящик у Google. Введите пароль приложения: включите двухэтапную аутентификацию в аккаунте Google и создайте его на myaccount.google.com/apppasswords. Вход через Google на этом сервере не настроен (GOOGLE_CLIENT_ID).",
    es: "Este buzón está en Google. Escriba una contraseña de aplicación: active la verificación en dos pasos en la cuenta de Google y créela en myaccount.google.com/apppasswords. El inicio de sesión en Google no está configurado en este servidor (GOOGLE_CLIENT_ID).",
  },
  {
    en: "This mailbox is at Microsoft. Sign in there: Microsoft has switched off passwords for mail programs. For a shared mailbox sign in as somebody who has full access to it.",
    ru: "Этот ящик у Microsoft. Войдите через Microsoft: пароли для почтовых программ там отключены. Для общего ящика войдите под учётной записью того, у кого есть к нему полный доступ.",
    es: "Este buzón está en Microsoft. Inicie sesión allí: Microsoft ha desactivado las contraseñas para programas de correo. Para un buzón compartido, entre como alguien que tenga acceso total a él.",
  },
  {
    en: "This mailbox is at Microsoft, which has switched off passwords for mail programs: it can only be connected by signing in at Microsoft, and that is not set up on this server. Its operator has to set MICROSOFT_CLIENT_ID and MICROSOFT_CLIENT_SECRET.",
    ru: "Этот ящик у Microsoft, где пароли для почтовых программ отключены: подключить его можно только входом через Microsoft, а он на этом сервере не настроен. Оператор сервера должен задать MICROSOFT_CLIENT_ID и MICROSOFT_CLIENT_SECRET.",
    es: "Este buzón está en Microsoft, que ha desactivado las contraseñas para programas de correo: solo se puede conectar iniciando sesión en Microsoft, y eso no está configurado en este servidor. Su operador debe indicar MICROSOFT_CLIENT_ID y MICROSOFT_CLIENT_SECRET.",
  },
  {
    en: "The mailbox is {box}, and {who} signed in. Sign in as the mailbox; if its address is only another name of {same}, write that as the user name.",
    ru: "Ящик — {box}, а вошли как {who}. Войдите под самим ящиком; если его адрес — лишь другое имя {same}, укажите это имя пользователя.",
    es: "El buzón es {box}, y entró {who}. Inicie sesión como el buzón; si su dirección es solo otro nombre de {same}, escríbalo como nombre de usuario.",
  },
  {
    en: "The mailbox is {box}, and {who} signed in. Sign in as the mailbox; if it is a shared mailbox, say that it is a department's.",
    ru: "Ящик — {box}, а вошли как {who}. Войдите под самим ящиком; если это общий ящик, укажите, что он общий для отдела.",
    es: "El buzón es {box}, y entró {who}. Inicie sesión como el buzón; si es un buzón compartido, indique que es de un departamento.",
  },
  {
    en: "{who} signed in for {box}. That works if {same} is a shared mailbox and {person} has full access to it.",
    ru: "Для ящика {box} вошли как {who}. Это сработает, если {same} — общий ящик и у {person} есть к нему полный доступ.",
    es: "{who} entró para {box}. Funciona si {same} es un buzón compartido y {person} tiene acceso total a él.",
  },
  {
    en: "{vendor} could not be asked for the sign-in ({why:ours}). It will be tried again.",
    ru: "Не удалось запросить вход у {vendor} ({why:ours}). Будет ещё попытка.",
    es: "No se pudo pedir el inicio de sesión a {vendor} ({why:ours}). Se intentará otra vez.",
  },
  { en: "{host} gave no answer", ru: "{host} не ответил", es: "{host} no respondió" },
  { en: "{host} answered {status}", ru: "ответ {host}: {status}", es: "{host} respondió {status}" },
  {
    en: "{vendor} does not take this server's sign-in ({code}). The operator of this server should check {variable} and its secret.",
    ru: "{vendor} не принимает запрос этого сервера ({code}). Оператору сервера стоит проверить {variable} и секрет.",
    es: "{vendor} no acepta la petición de este servidor ({code}). El operador de este servidor debería revisar {variable} y su secreto.",
  },
  {
    en: "{vendor} was not allowed to let this application read and send the mail. Sign in again and leave everything ticked that is asked for.",
    ru: "{vendor} не получил разрешения дать этому приложению читать и отправлять почту. Войдите ещё раз и оставьте все запрошенные галочки.",
    es: "{vendor} no recibió permiso para que esta aplicación lea y envíe el correo. Inicie sesión otra vez y deje marcado todo lo que se pide.",
  },
  {
    en: "{vendor} did not say who signed in. Sign in again.",
    ru: "{vendor} не сообщил, кто вошёл. Войдите ещё раз.",
    es: "{vendor} no dijo quién entró. Inicie sesión otra vez.",
  },
  {
    en: "{vendor} did not confirm this sign-in. Sign in again.",
    ru: "{vendor} не подтвердил этот вход. Войдите ещё раз.",
    es: "{vendor} no confirmó este inicio de sesión. Inicie sesión otra vez.",
  },
  {
    en: "{vendor} has ended this application's access to the mailbox. Sign in there again.",
    ru: "{vendor} прекратил доступ этого приложения к ящику. Войдите там ещё раз.",
    es: "{vendor} ha terminado el acceso de esta aplicación al buzón. Inicie sesión allí otra vez.",
  },
  {
    en: "This server does not know this sign-in any more. Sign in again.",
    ru: "Этот сервер больше не знает этого входа. Войдите ещё раз.",
    es: "Este servidor ya no conoce este inicio de sesión. Inicie sesión otra vez.",
  },
  {
    en: "A sign-in at {vendor} is given to servers of {same} only, and not to {host}. Empty the servers in the settings of the mailbox.",
    ru: "Вход через {vendor} предъявляется только серверам {same}, но не {host}. Очистите серверы в настройках ящика.",
    es: "Un inicio de sesión en {vendor} se entrega solo a servidores de {same}, y no a {host}. Vacíe los servidores en los ajustes del buzón.",
  },
  {
    en: "Microsoft does not let {who} into {box} by a mail program. An administrator of the company should look whether IMAP and “Authenticated SMTP” are switched on for the mailbox, and whether {same} has full access to it; then sign in again.",
    ru: "Microsoft не пускает {who} в {box} через почтовую программу. Администратору компании нужно проверить, включены ли для ящика IMAP и «SMTP с проверкой подлинности» и есть ли у {same} полный доступ; затем войдите ещё раз.",
    es: "Microsoft no deja entrar a {who} en {box} con un programa de correo. Un administrador de la empresa debería comprobar si IMAP y «SMTP autenticado» están activados para el buzón y si {same} tiene acceso total a él; después inicie sesión otra vez.",
  },
  {
    en: "{vendor} does not let {who} into {box} by a mail program. In a company its administrator has to allow IMAP and this application; then sign in again.",
    ru: "{vendor} не пускает {who} в {box} через почтовую программу. В компании администратор должен разрешить IMAP и это приложение; затем войдите ещё раз.",
    es: "{vendor} no deja entrar a {who} en {box} con un programa de correo. En una empresa, su administrador debe permitir IMAP y esta aplicación; después inicie sesión otra vez.",
  },
];
