import { type Words, wordsOf } from "../i18n.ts";

const en = {
  title: "Copy mail to the CRM",
  how: "Put your address into Bcc of a letter to a customer, from any mail program: the letter then stands in the customer's card. A letter that a customer wrote to you gets there when you forward it to the address as an attachment.",
  mine: "Your address",
  make: "Make my address",
  none: "You have no address yet. Only letters from you are taken at it.",
  everybodys: "Address for all employees",
  everybodysHow:
    "Takes letters of every employee: for a rule of your mail server that adds it to what goes out. Give it to nobody outside.",
  everybodysNone: "There is none yet. It takes letters of every employee, for a rule of your mail server that adds it.",
  makeEverybodys: "Make an address for all",
  used: "Last letter taken: {time}",
  unused: "No letter has come yet.",
  from: "Takes letters from: {addresses}",
  fromNone:
    "Bitrix24 does not tell your e-mail address. Send a first letter: it is refused, and you confirm here that it was yours.",
  asked: "A letter came from {address} and was refused. Was it yours?",
  confirm: "It was mine",
  deny: "Not mine",
  confirmed: "Also from {address}, as you have confirmed.",
  remove: "Remove",
  again: "Send that letter once more: from now on letters from {address} are taken.",
  renew: "New address",
  renewTitle: "Make a new address?",
  renewText:
    "The present one ends at once: letters to it are refused, and you have to put the new one into your address book, templates and rules.",
};

type Key = keyof typeof en;

const ru: Record<Key, string> = {
  title: "Копии писем в CRM",
  how: "Добавьте свой адрес в скрытую копию письма клиенту из любой почтовой программы: письмо появится в карточке клиента. Письмо, которое клиент прислал вам, попадёт туда, если переслать его на этот адрес вложением.",
  mine: "Ваш адрес",
  make: "Создать мой адрес",
  none: "У вас ещё нет адреса. На него принимаются письма только от вас.",
  everybodys: "Адрес для всех сотрудников",
  everybodysHow:
    "Принимает письма любого сотрудника: для правила почтового сервера, которое добавляет его к исходящим. Не сообщайте его никому вне компании.",
  everybodysNone:
    "Его ещё нет. Он принимает письма любого сотрудника — для правила почтового сервера, которое его добавляет.",
  makeEverybodys: "Создать адрес для всех",
  used: "Последнее письмо принято: {time}",
  unused: "Писем ещё не было.",
  from: "Принимаются письма с адресов: {addresses}",
  fromNone:
    "Битрикс24 не сообщает ваш адрес почты. Отправьте первое письмо: оно будет отклонено, и здесь вы подтвердите, что оно ваше.",
  asked: "Письмо с адреса {address} отклонено. Это были вы?",
  confirm: "Это я",
  deny: "Не я",
  confirmed: "И с адреса {address}: вы его подтвердили.",
  remove: "Убрать",
  again: "Отправьте это письмо ещё раз: теперь письма с {address} принимаются.",
  renew: "Новый адрес",
  renewTitle: "Создать новый адрес?",
  renewText:
    "Нынешний сразу перестанет действовать: письма на него будут отклоняться, а новый надо внести в адресную книгу, шаблоны и правила.",
};

const es: Record<Key, string> = {
  title: "Copiar correo al CRM",
  how: "Ponga su dirección en copia oculta de un correo a un cliente, desde cualquier programa: el correo aparece en la ficha del cliente. Un correo que un cliente le escribió llega allí si lo reenvía a la dirección como archivo adjunto.",
  mine: "Su dirección",
  make: "Crear mi dirección",
  none: "Todavía no tiene dirección. En ella solo se reciben correos suyos.",
  everybodys: "Dirección para todos los empleados",
  everybodysHow:
    "Recibe correos de cualquier empleado: para una regla de su servidor de correo que la añade a lo que sale. No se la dé a nadie de fuera.",
  everybodysNone:
    "Todavía no hay ninguna. Recibe correos de cualquier empleado, para una regla de su servidor de correo que la añade.",
  makeEverybodys: "Crear una dirección para todos",
  used: "Último correo recibido: {time}",
  unused: "Todavía no ha llegado ningún correo.",
  from: "Recibe correos de: {addresses}",
  fromNone:
    "Bitrix24 no dice su dirección de correo. Envíe un primer correo: se rechazará, y aquí confirma que era suyo.",
  asked: "Llegó un correo de {address} y se rechazó. ¿Era suyo?",
  confirm: "Era mío",
  deny: "No era mío",
  confirmed: "También de {address}, como usted confirmó.",
  remove: "Quitar",
  again: "Envíe ese correo otra vez: desde ahora se reciben correos de {address}.",
  renew: "Dirección nueva",
  renewTitle: "¿Crear una dirección nueva?",
  renewText:
    "La actual termina en el acto: los correos a ella se rechazan, y tiene que poner la nueva en su libreta, sus plantillas y sus reglas.",
};

/** The words of addresses for blind copies: loaded when somebody looks at them. */
export const { t: bt }: Words<Key, never> = wordsOf<Key>({ en, ru, es });
