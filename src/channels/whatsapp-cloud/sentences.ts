import type { Localised } from "../../domain/localised.ts";
import { whatsappCloudConnectionSentences } from "./connection-sentences.ts";

export const whatsappCloudSentences: readonly Localised[] = [
  ...whatsappCloudConnectionSentences,
  {
    en: "WhatsApp did not deliver this message because the customer is part of an experiment of Meta's. Wait for them to write, or use another channel.",
    ru: "WhatsApp не доставил это сообщение: клиент участвует в эксперименте Meta. Дождитесь, когда он напишет, или используйте другой канал.",
    es: "WhatsApp no entregó este mensaje porque el cliente participa en un experimento de Meta. Espere a que escriba o use otro canal.",
  },
  {
    en: "This is the business's own number. WhatsApp does not let it write to itself.",
    ru: "Это номер самой компании. WhatsApp не даёт писать самому себе.",
    es: "Este es el número de la propia empresa. WhatsApp no deja que se escriba a sí misma.",
  },
  {
    en: "WhatsApp could not deliver the message: the number has no WhatsApp, has not accepted its terms, uses a very old version, or has blocked you. Use another channel.",
    ru: "WhatsApp не смог доставить сообщение: на этом номере нет WhatsApp, не приняты его условия, стоит очень старая версия или вас заблокировали. Используйте другой канал.",
    es: "WhatsApp no pudo entregar el mensaje: el número no tiene WhatsApp, no aceptó sus condiciones, usa una versión muy antigua o lo ha bloqueado. Use otro canal.",
  },
  {
    en: "A test number of Meta's writes only to numbers on its list. Add the customer's number under WhatsApp > API Setup.",
    ru: "Тестовый номер Meta пишет только номерам из своего списка. Добавьте номер клиента в WhatsApp > API Setup.",
    es: "Un número de prueba de Meta solo escribe a los números de su lista. Añada el número del cliente en WhatsApp > API Setup.",
  },
  {
    en: "Meta has not approved this number's display name yet. Check it in WhatsApp Manager, then send again.",
    ru: "Meta ещё не одобрила отображаемое имя этого номера. Проверьте его в WhatsApp Manager и отправьте снова.",
    es: "Meta aún no aprobó el nombre visible de este número. Revíselo en WhatsApp Manager y envíe de nuevo.",
  },
  {
    en: "Meta could not charge for this message. Check the payment method of the WhatsApp account in Meta's Business settings.",
    ru: "Meta не смогла списать оплату за это сообщение. Проверьте способ оплаты аккаунта WhatsApp в настройках Meta Business.",
    es: "Meta no pudo cobrar este mensaje. Revise la forma de pago de la cuenta de WhatsApp en la configuración del negocio de Meta.",
  },
  {
    en: "More than 24 hours have passed since the customer last wrote, so WhatsApp takes only a template now. Send one and wait for an answer.",
    ru: "Клиент писал больше 24 часов назад, поэтому WhatsApp принимает сейчас только шаблон. Отправьте его и дождитесь ответа.",
    es: "Pasaron más de 24 horas desde que el cliente escribió, así que WhatsApp solo admite ahora una plantilla. Envíe una y espere la respuesta.",
  },
  {
    en: "WhatsApp has limited this number because too many people blocked it or reported it as spam. Check its quality in WhatsApp Manager and send later.",
    ru: "WhatsApp ограничил этот номер: его слишком часто блокировали или помечали как спам. Проверьте его качество в WhatsApp Manager и отправьте позже.",
    es: "WhatsApp limitó este número porque demasiadas personas lo bloquearon o lo marcaron como spam. Revise su calidad en WhatsApp Manager y envíe más tarde.",
  },
  {
    en: "WhatsApp held this marketing message back to protect the customer from too many. Do not send it again today.",
    ru: "WhatsApp задержал это рекламное сообщение, чтобы клиент не получал их слишком много. Сегодня больше его не отправляйте.",
    es: "WhatsApp retuvo este mensaje publicitario para que el cliente no reciba demasiados. No lo envíe otra vez hoy.",
  },
  {
    en: "The customer has asked not to get marketing messages from you. Send nothing of that kind until they write again.",
    ru: "Клиент попросил не присылать ему рекламу. Не отправляйте ничего такого, пока он не напишет сам.",
    es: "El cliente pidió no recibir publicidad de usted. No envíe nada de ese tipo hasta que vuelva a escribir.",
  },
  {
    en: "WhatsApp does not take a message of this kind. Send it as text or as a file.",
    ru: "WhatsApp не принимает такие сообщения. Отправьте его текстом или файлом.",
    es: "WhatsApp no admite un mensaje de este tipo. Envíelo como texto o como archivo.",
  },
  {
    en: "WhatsApp could not take the file: its content does not fit its type, or it is too large. Save it in another format and attach it again.",
    ru: "WhatsApp не принял файл: содержимое не соответствует типу, или файл слишком большой. Сохраните его в другом формате и прикрепите снова.",
    es: "WhatsApp no pudo aceptar el archivo: su contenido no corresponde a su tipo o es demasiado grande. Guárdelo en otro formato y adjúntelo de nuevo.",
  },
  {
    en: "The customer hides their number, and this message needs it. Send a text instead.",
    ru: "Клиент скрывает номер, а для этого сообщения он нужен. Отправьте текст.",
    es: "El cliente oculta su número y este mensaje lo necesita. Envíe un texto.",
  },
  {
    en: "The template has another number of gaps than were filled. Choose it again and fill each gap.",
    ru: "В шаблоне другое число полей, чем заполнено. Выберите его снова и заполните каждое поле.",
    es: "La plantilla tiene otro número de huecos que los rellenados. Elíjala de nuevo y rellene cada hueco.",
  },
  {
    en: "WhatsApp has no approved template of this name in this language. Choose another one.",
    ru: "У WhatsApp нет одобренного шаблона с таким названием на этом языке. Выберите другой.",
    es: "WhatsApp no tiene una plantilla aprobada con este nombre en este idioma. Elija otra.",
  },
  {
    en: "The template is too long with these words in its gaps. Shorten them.",
    ru: "С этим текстом в полях шаблон слишком длинный. Сократите его.",
    es: "La plantilla es demasiado larga con estas palabras en sus huecos. Acórtelas.",
  },
  {
    en: "WhatsApp refused the words in the template's gaps: they break its rules. Change them and send again.",
    ru: "WhatsApp отклонил текст в полях шаблона: он нарушает правила. Измените его и отправьте снова.",
    es: "WhatsApp rechazó las palabras de los huecos de la plantilla: infringen sus reglas. Cámbielas y envíe de nuevo.",
  },
  {
    en: "The words in the template's gaps do not have the form it asks for. Choose it again and fill each gap.",
    ru: "Текст в полях шаблона не того вида, который нужен. Выберите шаблон снова и заполните каждое поле.",
    es: "Las palabras de los huecos de la plantilla no tienen la forma que pide. Elíjala de nuevo y rellene cada hueco.",
  },
  {
    en: "WhatsApp has paused this template because people did not like it. Choose another one.",
    ru: "WhatsApp приостановил этот шаблон: он не нравился получателям. Выберите другой.",
    es: "WhatsApp pausó esta plantilla porque no gustó a la gente. Elija otra.",
  },
  {
    en: "WhatsApp has switched this template off for good because people did not like it. Choose another one.",
    ru: "WhatsApp навсегда отключил этот шаблон: он не нравился получателям. Выберите другой.",
    es: "WhatsApp desactivó esta plantilla para siempre porque no gustó a la gente. Elija otra.",
  },
  {
    en: "WhatsApp refused the message without telling why. Write it in another way and send it again.",
    ru: "WhatsApp отклонил сообщение, не назвав причину. Напишите иначе и отправьте снова.",
    es: "WhatsApp rechazó el mensaje sin decir por qué. Escríbalo de otra forma y envíelo de nuevo.",
  },
  {
    en: "WhatsApp could not deliver the message and did not tell why. Send it again or use another channel.",
    ru: "WhatsApp не смог доставить сообщение и не назвал причину. Отправьте его снова или используйте другой канал.",
    es: "WhatsApp no pudo entregar el mensaje y no dijo por qué. Envíelo de nuevo o use otro canal.",
  },
  {
    en: "WhatsApp was too busy to deliver the message, or got too many at once. Send it again in a while.",
    ru: "WhatsApp был слишком занят или получил слишком много сообщений сразу. Отправьте снова через некоторое время.",
    es: "WhatsApp estaba demasiado ocupado para entregar el mensaje o recibió demasiados a la vez. Envíelo de nuevo dentro de un rato.",
  },
  {
    en: "WhatsApp could not deliver the message (error {code}). Send it again or use another channel.",
    ru: "WhatsApp не смог доставить сообщение (ошибка {code}). Отправьте его снова или используйте другой канал.",
    es: "WhatsApp no pudo entregar el mensaje (error {code}). Envíelo de nuevo o use otro canal.",
  },
  {
    en: "WhatsApp cannot be reached ({reason:ours}). The message has not left and will be tried again.",
    ru: "WhatsApp недоступен ({reason}). Сообщение не ушло, будет ещё попытка.",
    es: "No se puede acceder a WhatsApp ({reason}). El mensaje no salió y se intentará otra vez.",
  },
  {
    en: "Other messages go first, to keep WhatsApp's limits. The message will be sent after them.",
    ru: "Чтобы не превысить лимиты WhatsApp, сначала уходят другие сообщения. Это будет отправлено после них.",
    es: "Para respetar los límites de WhatsApp, antes salen otros mensajes. El mensaje se enviará después.",
  },
  {
    en: "WhatsApp asks for a pause of {seconds} s. The message will be sent after it.",
    ru: "WhatsApp просит паузу {seconds} с. После неё сообщение будет отправлено.",
    es: "WhatsApp pide una pausa de {seconds} s. El mensaje se enviará después.",
  },
  {
    en: "WhatsApp refused the message (error {status}). Change it and send it again.",
    ru: "WhatsApp отклонил сообщение (ошибка {status}). Измените его и отправьте снова.",
    es: "WhatsApp rechazó el mensaje (error {status}). Cámbielo y envíelo de nuevo.",
  },
  {
    en: "WhatsApp shows buttons only under a text. Write one.",
    ru: "WhatsApp показывает кнопки только под текстом. Напишите его.",
    es: "WhatsApp solo muestra botones bajo un texto. Escriba uno.",
  },
  {
    en: "The words on a button may have 1 to {limit} characters at WhatsApp; “{text}” has {length}.",
    ru: "Текст на кнопке в WhatsApp может содержать от 1 до {limit} знаков; в «{text}» их {length}.",
    es: "En WhatsApp, el texto de un botón admite de 1 a {limit} caracteres; «{text}» tiene {length}.",
  },
  {
    en: "WhatsApp takes either one link button or up to three reply buttons. Leave the others out.",
    ru: "WhatsApp принимает либо одну кнопку со ссылкой, либо до трёх кнопок с ответами. Остальные уберите.",
    es: "WhatsApp admite un botón de enlace o hasta tres botones de respuesta. Quite los demás.",
  },
  {
    en: "The address of the link button does not begin with https:// or http://. Correct it.",
    ru: "Адрес кнопки со ссылкой не начинается с https:// или http://. Исправьте его.",
    es: "La dirección del botón de enlace no empieza por https:// ni http://. Corríjala.",
  },
  {
    en: "WhatsApp takes up to {limit} buttons; this message has {count}.",
    ru: "WhatsApp принимает до {limit} кнопок, а в этом сообщении их {count}.",
    es: "WhatsApp admite hasta {limit} botones; este mensaje tiene {count}.",
  },
  {
    en: "Two buttons have the same words, which WhatsApp does not take. Change one of them.",
    ru: "На двух кнопках одинаковый текст, а WhatsApp этого не принимает. Измените одну из них.",
    es: "Dos botones tienen el mismo texto y WhatsApp no lo admite. Cambie uno.",
  },
  {
    en: "WhatsApp does not take {name:ours}: it takes pictures as JPEG or PNG, videos as MP4, sound as MP3, M4A or OGG, and PDF, Word, Excel, PowerPoint and text files. Save it as one of these or send a link to it.",
    ru: "WhatsApp не принимает {name}: подходят картинки JPEG и PNG, видео MP4, звук MP3, M4A и OGG, а также файлы PDF, Word, Excel, PowerPoint и текстовые. Сохраните файл в одном из этих форматов или отправьте ссылку.",
    es: "WhatsApp no admite {name}: acepta imágenes JPEG o PNG, vídeos MP4, sonido MP3, M4A u OGG, y archivos PDF, Word, Excel, PowerPoint y de texto. Guárdelo en uno de estos formatos o envíe un enlace.",
  },
  {
    en: "WhatsApp cannot send {name:ours}: it knows no files of its kind.",
    ru: "WhatsApp не может отправить {name}: такие файлы ему неизвестны.",
    es: "WhatsApp no puede enviar {name}: no conoce archivos de ese tipo.",
  },
  {
    en: "There is nothing in {name:ours}. Attach it again.",
    ru: "Пусто: {name}. Прикрепите файл снова.",
    es: "No hay nada en {name}. Adjúntelo de nuevo.",
  },
  {
    en: "WhatsApp takes up to {limit} MB of this kind, and {name:ours} has {size} MB. Make it smaller or send a link to it.",
    ru: "WhatsApp принимает такие файлы до {limit} МБ, а {name} занимает {size} МБ. Уменьшите его или отправьте ссылку.",
    es: "WhatsApp admite hasta {limit} MB de este tipo y {name} tiene {size} MB. Redúzcalo o envíe un enlace.",
  },
  {
    en: "The customer changed their WhatsApp number to +{number}. Write to them there.",
    ru: "Клиент сменил номер WhatsApp на +{number}. Пишите ему туда.",
    es: "El cliente cambió su número de WhatsApp a +{number}. Escríbale allí.",
  },
  { en: "The customer came from {source:ours}.", ru: "Клиент пришёл из {source}.", es: "El cliente vino de {source}." },
  {
    en: "A WhatsApp template goes alone. Send files, places and buttons after the customer has answered.",
    ru: "Шаблон WhatsApp отправляется отдельно. Файлы, места и кнопки отправьте после ответа клиента.",
    es: "Una plantilla de WhatsApp va sola. Envíe archivos, lugares y botones cuando el cliente haya respondido.",
  },
  {
    en: "This template needs one {file:ours} at its top. Attach it and send again.",
    ru: "Этому шаблону нужен сверху один файл: {file}. Прикрепите его и отправьте снова.",
    es: "Esta plantilla necesita arriba un archivo: {file}. Adjúntelo y envíe de nuevo.",
  },
  {
    en: "WhatsApp takes one emoji as a reaction. Choose one.",
    ru: "WhatsApp принимает как реакцию один эмодзи. Выберите его.",
    es: "WhatsApp admite un solo emoji como reacción. Elija uno.",
  },
  {
    en: "The reaction may not have arrived at WhatsApp. It will be set again.",
    ru: "Реакция могла не дойти до WhatsApp. Она будет поставлена ещё раз.",
    es: "Puede que la reacción no haya llegado a WhatsApp. Se pondrá otra vez.",
  },
  {
    en: "The template “{name}” has parts that cannot be sent from here. Choose one with text, one file at its top and plain buttons.",
    ru: "В шаблоне «{name}» есть части, которые нельзя отправить отсюда. Выберите шаблон с текстом, одним файлом сверху и простыми кнопками.",
    es: "La plantilla «{name}» tiene partes que no se pueden enviar desde aquí. Elija una con texto, un archivo arriba y botones sencillos.",
  },
  {
    en: "WhatsApp did not give its list of templates. Try again in a minute.",
    ru: "WhatsApp не отдал список шаблонов. Повторите через минуту.",
    es: "WhatsApp no dio su lista de plantillas. Reintente dentro de un minuto.",
  },
  {
    en: "WhatsApp has no template “{name}” in the language {language}. Choose another one.",
    ru: "У WhatsApp нет шаблона «{name}» на языке {language}. Выберите другой.",
    es: "WhatsApp no tiene la plantilla «{name}» en el idioma {language}. Elija otra.",
  },
  {
    en: "The template “{name}” has {count} gaps, and each needs words. Fill them and send again.",
    ru: "В шаблоне «{name}» полей: {count}, и в каждом нужен текст. Заполните их и отправьте снова.",
    es: "La plantilla «{name}» tiene {count} huecos y cada uno necesita un texto. Rellénelos y envíe de nuevo.",
  },
  {
    en: "WhatsApp did not give its list of templates. The message has not left and will be tried again.",
    ru: "WhatsApp не отдал список шаблонов. Сообщение не ушло, будет ещё попытка.",
    es: "WhatsApp no dio su lista de plantillas. El mensaje no salió y se intentará otra vez.",
  },
  {
    en: "WhatsApp's answer could not be read",
    ru: "ответ WhatsApp не удалось прочитать",
    es: "no se pudo leer la respuesta de WhatsApp",
  },
  { en: "WhatsApp did not answer in time", ru: "WhatsApp не ответил вовремя", es: "WhatsApp no respondió a tiempo" },
  {
    en: "WhatsApp answered with error {code}",
    ru: "WhatsApp ответил ошибкой {code}",
    es: "WhatsApp respondió con el error {code}",
  },
  { en: "the upload was broken off", ru: "загрузка прервана", es: "la subida se interrumpió" },
  { en: "this file", ru: "этот файл", es: "este archivo" },
  { en: "the file “{name}”", ru: "файл «{name}»", es: "el archivo «{name}»" },
  { en: "a post", ru: "публикации", es: "una publicación" },
  { en: "an advertisement", ru: "рекламы", es: "un anuncio" },
  { en: "picture (JPEG or PNG)", ru: "картинка (JPEG или PNG)", es: "imagen (JPEG o PNG)" },
  { en: "video (MP4)", ru: "видео (MP4)", es: "vídeo (MP4)" },
  { en: "document", ru: "документ", es: "documento" },
  {
    en: "[A WhatsApp message of a kind that cannot be shown here]",
    ru: "[Сообщение WhatsApp, которое здесь нельзя показать]",
    es: "[Un mensaje de WhatsApp que no se puede mostrar aquí]",
  },
];
