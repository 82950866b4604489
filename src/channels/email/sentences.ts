import type { Localised } from "../../domain/localised.ts";
import { emailProviderSentences } from "./provider-sentences.ts";
import { sendSentences } from "./send-sentences.ts";
import { signInSentences } from "./sign-in-sentences.ts";

/** Of mailboxes, their connections and their mails. */
export const emailSentences: readonly Localised[] = [
  ...emailProviderSentences,
  ...sendSentences,
  ...signInSentences,
  { en: "E-mail", ru: "Почта", es: "Correo electrónico" },
  {
    en: "The mailbox is not connected yet. The letter has not left and will be tried again.",
    ru: "Ящик ещё не подключён. Письмо не ушло, будет ещё попытка.",
    es: "El buzón aún no está conectado. El correo no salió y se intentará otra vez.",
  },
  {
    en: "The connection to the mailbox is not open yet. It will be tried again.",
    ru: "Соединение с ящиком ещё не открыто. Будет ещё попытка.",
    es: "La conexión con el buzón aún no está abierta. Se intentará otra vez.",
  },
  {
    en: "Check the user name and the password in the mailbox's settings; some providers want a password made for mail programs.",
    ru: "Проверьте имя пользователя и пароль в настройках ящика; некоторым провайдерам нужен пароль приложения.",
    es: "Revise el usuario y la contraseña en los ajustes del buzón; algunos proveedores piden una contraseña de aplicación.",
  },
  {
    en: "This is the mailbox's own address. Write to somebody else.",
    ru: "Это адрес самого ящика. Напишите кому-нибудь другому.",
    es: "Es la propia dirección del buzón. Escriba a otra persona.",
  },
  { en: "It was written here.", ru: "Оно написано здесь.", es: "Se escribió aquí." },
  {
    en: "It asks for no more letters, which was noted.",
    ru: "В нём просят больше не писать; это записано.",
    es: "Pide no recibir más correos, y quedó anotado.",
  },
  { en: "as a picture", ru: "как картинка", es: "como imagen" },
  {
    en: "plain in the message, as it was sent in the mail's own view",
    ru: "в сообщении без оформления, в самом письме — как отправлено",
    es: "sin formato en el mensaje, como se envió en la vista del correo",
  },
  { en: "as an audio file", ru: "как аудиофайл", es: "como archivo de audio" },
  { en: "folded away, shown on demand", ru: "свёрнута, показывается по запросу", es: "plegada, se muestra al pedirla" },
  {
    en: "Type the password of the mailbox, or the app password that its provider made.",
    ru: "Введите пароль от ящика или пароль приложения, созданный у провайдера.",
    es: "Escriba la contraseña del buzón o la contraseña de aplicación que dio su proveedor.",
  },
  {
    en: "write a server's name: imap.example.com",
    ru: "укажите имя сервера: imap.example.com",
    es: "escriba el nombre de un servidor: imap.example.com",
  },
  {
    en: "This is not an e-mail address. It looks like anna@example.com.",
    ru: "Это не адрес почты. Он выглядит так: anna@example.com.",
    es: "Esto no es una dirección de correo. Tiene la forma anna@example.com.",
  },
  {
    en: "This is no employee's number. Choose the employee from the list.",
    ru: "Это не номер сотрудника. Выберите сотрудника из списка.",
    es: "Este no es el número de un empleado. Elija al empleado de la lista.",
  },
  { en: "Connecting to the mailbox.", ru: "Подключаемся к ящику.", es: "Conectando con el buzón." },
  {
    en: "The mailbox has no address or no password yet. Type them in its settings.",
    ru: "У ящика ещё нет адреса или пароля. Укажите их в его настройках.",
    es: "El buzón aún no tiene dirección o contraseña. Escríbalas en sus ajustes.",
  },
  {
    en: "The connection to the mailbox broke. It is opened again, and what came in between is read then.",
    ru: "Соединение с ящиком прервалось. Оно открывается снова, и письма, пришедшие за это время, будут прочитаны.",
    es: "La conexión con el buzón se cortó. Se abre de nuevo y entonces se lee lo que llegó entretanto.",
  },
  {
    en: "The mailbox is open, but what comes cannot be stored at the moment. It is tried again until it can.",
    ru: "Ящик открыт, но письма сейчас не удаётся сохранить. Попытки продолжаются, пока не получится.",
    es: "El buzón está abierto, pero ahora no se puede guardar lo que llega. Se reintenta hasta que se pueda.",
  },
  {
    en: "Receives the mail of {address}.",
    ru: "Принимает почту {address}.",
    es: "Recibe el correo de {address}.",
  },
  {
    en: "Receives the mail of {address}. Looks through {all} mails of the last {days} days: {done} done.",
    ru: "Принимает почту {address}. Просматривает письма за последние дни ({days}): {done} из {all}.",
    es: "Recibe el correo de {address}. Revisa {all} correos de los últimos {days} días: {done} hechos.",
  },
  {
    en: "The mailbox is not connected, so the file cannot be fetched yet.",
    ru: "Ящик не подключён, поэтому файл пока не получить.",
    es: "El buzón no está conectado, así que el archivo aún no se puede obtener.",
  },
  {
    en: "The mailbox no longer has this mail, so its file cannot be fetched. Ask for it to be sent again.",
    ru: "В ящике больше нет этого письма, поэтому файл не получить. Попросите прислать его снова.",
    es: "El buzón ya no tiene este correo, así que su archivo no se puede obtener. Pida que lo envíen de nuevo.",
  },
  {
    en: "This is not a reference to a file in a mailbox.",
    ru: "Это не ссылка на файл в почтовом ящике.",
    es: "Esto no es una referencia a un archivo de un buzón.",
  },
  { en: "It was sent to nobody else.", ru: "Оно никому больше не отправлено.", es: "No se envió a nadie más." },
  {
    en: "It came from the box's own address.",
    ru: "Оно пришло с адреса самого ящика.",
    es: "Vino de la propia dirección del buzón.",
  },
  {
    en: "It is no person's letter: {kind}.",
    ru: "Это письмо не от человека: {kind}.",
    es: "No es un correo de una persona: {kind}.",
  },
  { en: "It has no sender.", ru: "У него нет отправителя.", es: "No tiene remitente." },
  {
    en: "It tells of a mail that nobody here has seen.",
    ru: "Оно о письме, которого здесь никто не видел.",
    es: "Habla de un correo que aquí nadie ha visto.",
  },
  {
    en: "It could not be read in five tries.",
    ru: "Его не удалось прочитать за пять попыток.",
    es: "No se pudo leer en cinco intentos.",
  },
  { en: "Its folder is no longer there.", ru: "Его папки больше нет.", es: "Su carpeta ya no existe." },
  {
    en: "Its folder was numbered anew and does not have it any more.",
    ru: "Его папка перенумерована, и письма в ней больше нет.",
    es: "Su carpeta se numeró de nuevo y ya no lo tiene.",
  },
  {
    en: "It was moved or deleted before it was read.",
    ru: "Его переместили или удалили раньше, чем оно было прочитано.",
    es: "Se movió o se eliminó antes de leerlo.",
  },
  {
    en: "It is very large, and the server does not say what is in it.",
    ru: "Оно очень большое, и сервер не сообщает, что в нём.",
    es: "Es muy grande y el servidor no dice qué contiene.",
  },
];
