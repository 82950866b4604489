import type { Localised } from "../domain/localised.ts";

/** What is said of chats in open lines to agents who work on our pages: accepting, passing on, closing, writing there. */
export const lineSentences: readonly Localised[] = [
  {
    en: "Bitrix24 does not know your sign-in any more. Open the page anew in Bitrix24, then send the message again.",
    ru: "Битрикс24 больше не узнаёт ваш вход. Откройте страницу в Битрикс24 заново и отправьте сообщение снова.",
    es: "Bitrix24 ya no reconoce su inicio de sesión. Abra de nuevo la página en Bitrix24 y envíe el mensaje otra vez.",
  },
  {
    en: "Bitrix24 does not let you write into this chat. Ask whoever runs the Open Line to add you to it, then send the message again.",
    ru: "Битрикс24 не даёт вам писать в этот чат. Попросите ответственного за открытую линию добавить вас в неё и отправьте сообщение снова.",
    es: "Bitrix24 no le permite escribir en este chat. Pida a quien lleva el canal abierto que lo añada y envíe el mensaje otra vez.",
  },
  {
    en: "Bitrix24 does not let this message be changed any more, so Open Lines shows it as it was.",
    ru: "Битрикс24 больше не даёт изменить это сообщение, поэтому в открытой линии оно осталось прежним.",
    es: "Bitrix24 ya no permite cambiar este mensaje, así que el canal abierto lo muestra como estaba.",
  },
  {
    en: "Bitrix24 did not do it. Look at the chat in Open Lines: somebody else may have acted on it.",
    ru: "Битрикс24 этого не сделал. Посмотрите чат в открытых линиях: возможно, с ним уже кто-то работает.",
    es: "Bitrix24 no lo hizo. Mire el chat en los canales abiertos: puede que otra persona ya haya actuado.",
  },
  {
    en: "Bitrix24 does not give the chat to this colleague. They may be away, or not allowed in this line.",
    ru: "Битрикс24 не передаёт чат этому сотруднику. Возможно, его нет на месте или он не входит в эту линию.",
    es: "Bitrix24 no pasa el chat a este compañero. Puede que esté ausente o no tenga acceso a este canal abierto.",
  },
  {
    en: "Bitrix24 does not let this chat be passed on just now: it may be closed.",
    ru: "Битрикс24 сейчас не даёт передать этот чат: возможно, он закрыт.",
    es: "Bitrix24 no permite pasar este chat ahora: puede que esté cerrado.",
  },
  {
    en: "Bitrix24 does not let you do this with the chat. Ask whoever runs the Open Line to add you to it.",
    ru: "Битрикс24 не даёт вам сделать это с чатом. Попросите ответственного за открытую линию добавить вас в неё.",
    es: "Bitrix24 no le permite hacer esto con el chat. Pida a quien lleva el canal abierto que lo añada.",
  },
  {
    en: "A colleague is doing something with this chat at this moment. Look again in a few seconds.",
    ru: "С этим чатом прямо сейчас что-то делает другой сотрудник. Посмотрите снова через несколько секунд.",
    es: "Un compañero está haciendo algo con este chat ahora mismo. Vuelva a mirar dentro de unos segundos.",
  },
  {
    en: "This conversation has no chat in its Open Line yet. Wait until its first message is there.",
    ru: "У этого диалога пока нет чата в открытой линии. Подождите, пока туда придёт первое сообщение.",
    es: "Esta conversación aún no tiene chat en su canal abierto. Espere a que llegue allí su primer mensaje.",
  },
  {
    en: "This chat is closed. Reopen it first.",
    ru: "Этот чат закрыт. Сначала откройте его снова.",
    es: "Este chat está cerrado. Primero ábralo de nuevo.",
  },
  {
    en: "{who:ours} answers this chat already. Ask them to pass it on to you.",
    ru: "На этот чат уже отвечает {who}. Попросите передать его вам.",
    es: "{who} ya responde este chat. Pídale que se lo pase.",
  },
  {
    en: "The chat in the line is closed, and Bitrix24 does not let you reopen it. The message was not sent.",
    ru: "Чат в линии закрыт, и Битрикс24 не даёт вам открыть его снова. Сообщение не отправлено.",
    es: "El chat del canal abierto está cerrado y Bitrix24 no le permite abrirlo de nuevo. El mensaje no se envió.",
  },
  {
    en: "Interrupted; changes may be made again.",
    ru: "Прервано; изменения можно внести снова.",
    es: "Se interrumpió; los cambios se pueden hacer otra vez.",
  },
  {
    en: "It may stand in the line twice or not at all: the connection broke, and its history cannot be read.",
    ru: "В линии оно может стоять дважды или отсутствовать: связь оборвалась, а историю прочитать нельзя.",
    es: "Puede que esté dos veces en el canal abierto o ninguna: la conexión se cortó y no se puede leer su historial.",
  },
  {
    en: "The line's history shows that it is not there; said again.",
    ru: "По истории линии видно, что его там нет; отправлено снова.",
    es: "El historial del canal abierto muestra que no está; se dijo otra vez.",
  },
  {
    en: "The portal may still be working on it.",
    ru: "Возможно, Битрикс24 ещё обрабатывает его.",
    es: "Puede que Bitrix24 siga con ello.",
  },
  { en: "A colleague", ru: "другой сотрудник", es: "Un compañero" },
  {
    en: "Bitrix24 does not let you change Open Channels. Ask an administrator for the right to do so.",
    ru: "Битрикс24 не разрешает вам менять открытые линии. Попросите такое право у администратора.",
    es: "Bitrix24 no le permite cambiar los canales abiertos. Pida ese permiso a un administrador.",
  },
  {
    en: "Bitrix24 did not save this. Somebody in the queue may have left the company, or a department in it may be empty.",
    ru: "Битрикс24 это не сохранил. Возможно, кто-то из очереди уволен или в отделе из очереди никого нет.",
    es: "Bitrix24 no lo guardó. Quizá alguien de la cola ya no trabaja en la empresa o un departamento de la cola está vacío.",
  },
  {
    en: "Somebody changed these settings in Bitrix24 meanwhile. Nothing was saved.",
    ru: "Кто-то тем временем изменил эти настройки в Битрикс24. Ничего не сохранено.",
    es: "Alguien cambió estos ajustes en Bitrix24 mientras tanto. No se guardó nada.",
  },
  {
    en: "Some settings cannot be saved like this.",
    ru: "Некоторые настройки нельзя сохранить в таком виде.",
    es: "Algunos ajustes no se pueden guardar así.",
  },
  {
    en: "Accounts still feed this open line. Say that they leave it.",
    ru: "К этой открытой линии ещё подключены аккаунты. Укажите, что они её покидают.",
    es: "Todavía hay cuentas conectadas a este canal abierto. Indique que lo abandonan.",
  },
];
