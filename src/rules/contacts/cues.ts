/**
 * What the words beside a number say it is. The nearest word decides, and only within its clause: "about order 4512, my
 * phone is …" speaks of two numbers. A word that names something else decides at once when only connecting words stand
 * between ("order no. is"); with other words between, it only makes a bare row of digits doubtful.
 */

export type Cue =
  /** It is said to be a phone. */
  | "phone"
  /** It is said to be something else. */
  | "other"
  /** Something else was named shortly before. */
  | "doubtful"
  | "none";

/** How far words are looked for, in characters. Sentences in chats are short, and what stands farther off is no hint. */
const reach = 60;

/** Stems at the beginning of a word. A `!` at the end: the word whole. */
const phoneWords = stems(`
  тел телеф т! сот! сотов моб! мобил мобилк звон позвон перезвон созвон дозвон набер набира набрат ватсап вотсап вацап вотс! ватс!
  вайбер вибер телеграм телег! тг! смс факс трубк контакт связ дозвонит горяч
  phone tel! tels! telephone telefone mobile mob! cell! cellphone call! calls! calling! called! ring! text! texted! sms whatsapp whats! wa! viber
  telegram! signal! fax reach! dial! contact landline hotline callback
  telef teléf tfno! tfn! tlf! tlfno! móvil movil cel! celu! celular llám llam whats wsp! wpp! wasap guasap wasa fijo! contact escríb escrib
  comuníc comunic marqu márc numerito handy! ruf! telefon хабарлас қоңырау байланыс
`);

const otherWords = stems(`
  заказ накладн трек! трека! треку! треком! трек-номер отправлени инн! кпп! огрн! огрнип! снилс! бик! окпо! оквэд! р/с! к/с! л/с! счет! счёт! счета!
  счёта! счету! счёту! лицев расчетн расчётн договор паспорт полис артикул арт! штрих штрихкод sku! серийн imei! vin! код! кода! коду! кодом!
  индекс id! ид! айди! идентиф парол стс! птс! права! водит удостовер лот! лота! модел парти тикет посылк счетчик счётчик обращени чек! чеку! груз! вагон! брон билет квитанц кадастр транзакц сумм цена! цену! цены! стоимост бюджет итого! всего! оборот показани
  order! orders! tracking! track! waybill awb! parcel! shipment invoice po! acct! account! routing! isbn! imei! serial! sn! s/n! ref! reference! case! ticket!
  booking! reservation! confirmation! policy! contract! passport! vat! tax! ein! ssn! nhs! ni! code! model! part! item! product! batch! password passcode pin! loan! prescription zoom! meeting! commit! timestamp!
  unix! zip! postcode! fedex! ups! usps! dhl! transaction member! membership! licence! license! total! price! amount! sort! hrb! steuernummer kto! konto! kontos! kontonr! kontonummer! blz! rechnung kundennummer bestellnummer auftrag vertragsnummer artikelnummer sendungsnummer
  pedido! pedidos! factura! seguimiento! guía! guia! localizador! referencia! cliente! presupuesto dni! nie! nif! cif! cuit! cuil! rut! ruc! rfc! curp! nit!
  cédula! cedula! cc! c.c! clabe! cbu! cvu! iban! cuenta! contrato contraseña contrasena cód! cod! expedic valor! monto! pasaporte carnet! permiso! póliza poliza expediente folio! reserva! billete! código! codigo! albarán! albaran! compra!
  artículo! articulo! тапсырыс шот! шарт!
  orden! matrícula! matricula! catastral! importe! total! precio! bastidor! serie! modelo! lote! nss! nuss! social!
`);

/** They join a word to its number and name nothing themselves. */
const linkWords = new Set(
  `номер номера номеру номером ном нөмірі нөмір мой моя моего моему моем моём мне наш нашего нашему это вот такой такая с со на по за у к от для
  number numbers no nr num nbr is are was my our the a of for it that this and this to
  número numero núm num es era el la los las mi mis un una de del al con y son`.split(/\s+/),
);

/** Right in front of a number they lead to somebody, not to a thing's name. */
const toWords = new Set(["на", "с", "со", "al", "desde", "on", "from"]);

/** A code of an area or an operator is a part of the phone; "in case" is no case. */
const phrases: readonly [RegExp, string][] = [
  [/код(?:а|у|ом)? (?:город|оператор|стран|регион|москв)\p{L}*/giu, "номер"],
  [/\b(?:area|country|dialling|dialing) code\b/gi, "number"],
  [/\b(?:código|codigo) (?:de )?(?:área|area|país|pais)(?!\p{L})/giu, "número"],
  // "my number is …", yet "my number of the order is …": the word nearest to the digits decides.
  [/(?<!\p{L})(?:мо(?:й|его|ему|ём|ем)|my|mi) (?:номер\p{L}*|number|número|numero)(?!\p{L})/giu, "телефон"],
  [/(?<!\p{L})(?:на|с|по) номера?(?:у|ом)?(?!\p{L})/giu, "на"],
  [/\b(?:al|desde el) (?:número|numero)(?!\p{L})/giu, "al"],
  [/\b(?:on|from) (?:the |my )?number\b/gi, "on"],
  [/\b(?:in|just in) case\b/gi, "for"],
  [/\b(?:in order|en orden)\b/gi, "for"],
];

const moneyBefore = /(?:[$€£¥₽₴₸₹]|(?<![\p{L}\d])(?:usd|eur|rub|gbp|mxn|ars|cop|kzt|uah|us\$|r\$)) ?$/iu;
const measure =
  "(?:[$€£¥₽₴₸₹%°]|(?:руб\\p{L}*|р|коп|грн|тг|тенге|сум(?:ов)?|евро|долл\\p{L}*|тыс|млн|млрд|шт|штук\\p{L}*|кг|км|мм|см|м2|м3|byn|usd|eur|rub|rur|gbp|mxn|ars|cop|kzt|uah|euros?|dollars?|pesos?|pounds?|soles|pcs|pieces|units|unidades|piezas|million(?:s|es)?|millones|lbs|views|users|followers|people|visitas|seguidores|personas|просмотр\\p{L}*|подписчик\\p{L}*|чел(?:овек)?)(?![\\p{L}\\d]))";
/** Of a range the last one alone has its measure: "from 300 to 400 pcs". */
const measureBehind = new RegExp(`^ ?(?:(?:-|y|a|o|and|to|or|и|или|до) ?\\d[\\d .,]{0,24})?${measure}`, "iu");

export interface Neighbours {
  /** Text in front of the number, back to what was read before it. */
  readonly before: string;
  /** Text behind it, up to the next digits. */
  readonly behind: string;
}

/** Whether a sum or a quantity stands there: "$20", "1 200 руб.", "300 pcs". */
export function isAmount(before: string, behind: string): boolean {
  return moneyBefore.test(before) || measureBehind.test(behind);
}

/** What the words in front say; where they say nothing, those behind ("… is my order number", "… on WhatsApp"). */
export function cueOf({ before, behind }: Neighbours): Cue {
  const front = nearest(lastClause(before).reverse());
  // A sign behind a number counts what comes next.
  return front === "none" ? nearest(firstClause(behind).filter((word) => !/^[№#]$/.test(word))) : front;
}

/** Whether a word that runs into the digits ("tel89…") says phone; any other word makes the digits a part of a code. */
export function saysPhone(word: string): boolean {
  return phoneWords(word.toLowerCase()) || /^(?:number|numero|número|номер)$/i.test(word);
}

function nearest(words: readonly string[]): Cue {
  let others = 0;
  // "заказ оформлен на 8916…", "pedido al 612…": what one orders, sends or calls to is a number to call.
  if (toWords.has(words[0] ?? "")) return words.some((word) => phoneWords(word)) ? "phone" : "none";
  for (const word of words) {
    if (phoneWords(word)) return "phone";
    if (otherWords(word)) return others === 0 ? "other" : "doubtful";
    if (/^[№#]$/.test(word)) {
      // "phone # 312…": the sign says only that a number follows; alone it numbers orders, flats and houses.
      const next = words[words.indexOf(word) + 1];
      if (next === undefined || !(phoneWords(next) || linkWords.has(next) || otherWords(next))) return "other";
      continue;
    }
    if (linkWords.has(word)) continue;
    others++;
    if (others > 2) break;
  }
  // Farther off only a word for phones counts: it may hold for a list of them.
  return words.some((word) => phoneWords(word)) ? "phone" : "none";
}

function lastClause(text: string): string[] {
  const part = text.slice(-reach);
  const from = Math.max(...[...part.matchAll(/[,;!?\n]|\. (?=\p{Lu})/gu)].map(({ index }) => index + 1), 0);
  return wordsOf(part.slice(from));
}

function firstClause(text: string): string[] {
  const part = text.slice(0, reach);
  const to = part.search(/[,;!?\n]|\.(?: |$)/);
  return wordsOf(to === -1 ? part : part.slice(0, to));
}

function wordsOf(clause: string): string[] {
  const signs = clause.toLowerCase().replace(/n\.?[º°]/g, "№");
  const plain = phrases.reduce((text, [pattern, instead]) => text.replace(pattern, instead), signs);
  return plain.match(/[№#]|(?:\p{L}[./](?=\p{L}))*\p{L}[\p{L}\p{M}]*/gu) ?? [];
}

/** Made into one pattern, tried at each word. */
function stems(list: string): (word: string) => boolean {
  const all = list.trim().split(/\s+/);
  const whole = new Set(all.filter((stem) => stem.endsWith("!")).map((stem) => stem.slice(0, -1)));
  const beginnings = all.filter((stem) => !stem.endsWith("!"));
  return (word) => whole.has(word) || beginnings.some((stem) => word.startsWith(stem));
}
