import { wordsOf } from "../../i18n.ts";

const en = {
  title: "Voice message",
  asking: "Waiting for the microphone",
  recording: "Recording",
  cancel: "Do not record",
  stop: "Stop recording",
  discard: "Throw the recording away",
  listen: "Listen to the recording",
  send: "Send the voice message",
  asFile: "{channel} shows it as a file.",
  asSound: "This browser's recordings go to {channel} as an audio file.",
  again: "Try again",
  attach: "Attach a file",
  ownPage: "Open the workplace in a tab of its own",
  elsewhere:
    "Bitrix24 does not hand the microphone on to this page. Record in the workplace in a tab of its own, or attach a recording.",
  refused: "The microphone is not allowed. Allow it beside the address of the page, then try again.",
  none: "No microphone was found. Plug one in and try again, or attach a recording.",
  unsupported: "This browser cannot record sound. Attach a recording instead.",
  broken: "The recording broke off. Another program may be using the microphone: close it and try again.",
} as const;

type Texts = Readonly<Record<keyof typeof en, string>>;

const ru: Texts = {
  title: "Голосовое сообщение",
  asking: "Ожидание микрофона",
  recording: "Идёт запись",
  cancel: "Не записывать",
  stop: "Остановить запись",
  discard: "Удалить запись",
  listen: "Прослушать запись",
  send: "Отправить голосовое сообщение",
  asFile: "{channel} покажет запись как файл.",
  asSound: "Записи этого браузера уходят в {channel} как аудиофайл.",
  again: "Ещё раз",
  attach: "Прикрепить файл",
  ownPage: "Открыть рабочее место в отдельной вкладке",
  elsewhere:
    "Битрикс24 не передаёт микрофон этой странице. Запишите сообщение на рабочем месте в отдельной вкладке или прикрепите готовую запись.",
  refused: "Микрофон не разрешён. Разрешите его рядом с адресом страницы и повторите.",
  none: "Микрофон не найден. Подключите его и повторите или прикрепите готовую запись.",
  unsupported: "Этот браузер не умеет записывать звук. Прикрепите готовую запись.",
  broken: "Запись прервалась. Возможно, микрофон занят другой программой: закройте её и повторите.",
};

const es: Texts = {
  title: "Mensaje de voz",
  asking: "Esperando el micrófono",
  recording: "Grabando",
  cancel: "No grabar",
  stop: "Detener la grabación",
  discard: "Descartar la grabación",
  listen: "Escuchar la grabación",
  send: "Enviar el mensaje de voz",
  asFile: "{channel} lo muestra como archivo.",
  asSound: "Las grabaciones de este navegador llegan a {channel} como archivo de audio.",
  again: "Reintentar",
  attach: "Adjuntar un archivo",
  ownPage: "Abrir el puesto de trabajo en otra pestaña",
  elsewhere:
    "Bitrix24 no cede el micrófono a esta página. Grabe en el puesto de trabajo en otra pestaña o adjunte una grabación.",
  refused: "El micrófono no está permitido. Permítalo junto a la dirección de la página y reintente.",
  none: "No se encontró ningún micrófono. Conecte uno y reintente, o adjunte una grabación.",
  unsupported: "Este navegador no puede grabar sonido. Adjunte una grabación.",
  broken: "La grabación se interrumpió. Quizá otro programa usa el micrófono: ciérrelo y reintente.",
};

/** The words of the recorder: loaded with it. */
export const { t } = wordsOf<keyof typeof en>({ en, ru, es });
