/** What people are told of their accounts' health, in the language of their portal. */
import type { Say } from "../domain/localised.ts";
import type { Alarm } from "../store/contract/health.ts";

interface NoticeWords {
  down(name: string, sentence: string): string;
  person(name: string, sentence: string): string;
  silent(name: string, since: string): string;
  mended(name: string): string;
  heardAgain(name: string): string;
  off(name: string): string;
  readonly test: string;
}

const en: NoticeWords = {
  down: (name, sentence) =>
    `${name}: the connection is down. ${sentence} It is tried again by itself; messages wait. If it lasts, press "Connect again" in Threadline, Settings, Health.`,
  person: (name, sentence) =>
    `${name} works no more until somebody sees to it. ${sentence} Open Threadline, Settings, Health.`,
  silent: (name, since) =>
    `${name} has been unusually silent since ${since}: at these hours customers usually write. Write to it from a phone of yours; if that does not arrive, press "Connect again" in Threadline, Settings, Health.`,
  mended: (name) => `${name} is connected again. Messages that waited are being delivered.`,
  heardAgain: (name) => `${name}: messages come in again.`,
  off: (name) => `${name} was switched off, so it is not watched any more.`,
  test: "This is a test. Threadline will tell you here when a channel is down or unusually silent.",
};

const ru: NoticeWords = {
  down: (name, sentence) =>
    `${name}: нет связи. ${sentence} Повторные попытки идут сами, сообщения ждут. Если это затянется, нажмите «Подключить заново» в Threadline: «Настройки», «Состояние каналов».`,
  person: (name, sentence) =>
    `${name} не работает и без вашего участия не заработает. ${sentence} Откройте Threadline: «Настройки», «Состояние каналов».`,
  silent: (name, since) =>
    `${name}: необычно долго тихо, с ${since}. В эти часы клиенты обычно пишут. Напишите сюда сами с телефона; если сообщение не придёт, нажмите «Подключить заново» в Threadline: «Настройки», «Состояние каналов».`,
  mended: (name) => `${name}: связь восстановлена. Ожидавшие сообщения доставляются.`,
  heardAgain: (name) => `${name}: сообщения снова приходят.`,
  off: (name) => `${name}: канал выключен, за ним больше не следят.`,
  test: "Это проверка. Здесь Threadline сообщит, если канал перестанет работать или необычно долго будет молчать.",
};

const es: NoticeWords = {
  down: (name, sentence) =>
    `${name}: no hay conexión. ${sentence} Se reintenta solo y los mensajes esperan. Si dura, pulse «Conectar de nuevo» en Threadline, Ajustes, Estado de los canales.`,
  person: (name, sentence) =>
    `${name} no funcionará hasta que alguien intervenga. ${sentence} Abra Threadline, Ajustes, Estado de los canales.`,
  silent: (name, since) =>
    `${name} lleva un silencio inusual desde ${since}: a estas horas los clientes suelen escribir. Escríbale desde su teléfono; si el mensaje no llega, pulse «Conectar de nuevo» en Threadline, Ajustes, Estado de los canales.`,
  mended: (name) => `${name} vuelve a estar conectado. Los mensajes que esperaban se están entregando.`,
  heardAgain: (name) => `${name}: vuelven a llegar mensajes.`,
  off: (name) => `${name} se ha desactivado, así que ya no se vigila.`,
  test: "Esto es una prueba. Threadline le avisará aquí cuando un canal no funcione o calle más de lo normal.",
};

const WORDS = { en, ru, es };
export type NoticeLocale = keyof typeof WORDS;

/** How a portal's people are spoken to. */
export interface Manner {
  readonly locale: NoticeLocale;
  /** IANA; absent: not known, so times are told in UTC and say so. */
  readonly timeZone: string | undefined;
}

export const testText = (locale: NoticeLocale): string => WORDS[locale].test;

/** The sentence for an alarm or an all-clear. @param title of the account's channel @param say in the same language */
export function alarmText(alarm: Alarm, title: string, manner: Manner, say: Say): string {
  const words = WORDS[manner.locale];
  const name = alarm.name === title ? alarm.name : `${alarm.name} (${say(title)})`;
  if (alarm.ending === "off") return words.off(name);
  if (alarm.ending === "mended") return alarm.kind === "silence" ? words.heardAgain(name) : words.mended(name);
  if (alarm.reason === "silent") return words.silent(name, timeOf(alarm.since, manner));
  return alarm.reason === "person" ? words.person(name, say(alarm.sentence)) : words.down(name, say(alarm.sentence));
}

function timeOf(at: Date, { locale, timeZone }: Manner): string {
  return new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: timeZone ?? "UTC",
    ...(timeZone === undefined && { timeZoneName: "short" }),
  }).format(at);
}
