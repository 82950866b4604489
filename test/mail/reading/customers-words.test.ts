/** Words that machines use, in letters of people: what is taken for a machine's is shown to nobody. */
import { describe, expect, test } from "vitest";
import { readMail } from "../../../src/mail/reading/read-mail.ts";

const letter = (text: string, subject = "Question", from = "nora@customer.example", more = "") =>
  readMail(
    Buffer.from(
      `From: Nora <${from}>\nTo: sales@firm.example\nSubject: ${subject}\nMessage-ID: <w1@customer.example>\n${more}Content-Type: text/plain; charset=utf-8\n\n${text}\n`,
    ),
  );

describe("a person's", () => {
  test.each([
    "I would like to delete my account.\nIt was created automatically when I bought the tickets.",
    "Hello,\nthis invoice was sent automatically, but I have paid it already.",
    "Как отключить уведомления?\nЭто письмо приходит мне автоматически каждый день.",
    "Добрый день! Нужны стулья.\n\nДанное сообщение переведено автоматически.",
    "Guten Tag, wir brauchen Stühle.\n\nDiese Nachricht wurde automatisch übersetzt.",
    "Hola, necesito sillas.\n\nEste mensaje ha sido traducido automáticamente.",
    "Нужны стулья.\n\nДанное письмо было автоматически проверено на вирусы.",
    "Diese E-Mail wurde automatisch in den Spam-Ordner verschoben. Bitte senden Sie das Angebot erneut.",
    "Ich möchte meinen Sohn vom Kurs abmelden. Sie erhalten diese Woche noch das Formular.",
    "Recibí este correo de ustedes y no soy cliente. Quiero darme de baja.",
    "Recibimos este mensaje de error al cancelar la suscripción al plan Pro.",
    "I want to unsubscribe my late father. This email was sent to his old address.",
    "Письмо было отправлено вам 5 мая, ответа нет. Хочу отказаться от подписки и вернуть деньги.",
    "Вы получили это заявление неделю назад. Прошу отменить подписку.",
    "You received this request last week already. Please unsubscribe my card from the plan.",
    "Автоответчик Panasonic KX-TS есть в наличии?",
    "Подскажите, это автоматические ворота?",
    "This is an automatic watch I bought from you, it stopped.",
    "Hola, ¿este es automático o manual?",
    "Diese E-Mail wurde automatisch verschickt, obwohl ich gekündigt habe.",
    "Dies ist eine automatisch erstellte Rechnung von Ihnen, sie ist falsch.",
    "Уведомление отправлено автоматически, а товара нет. Верните деньги.",
    "Hello, why do I always get this?\nThis message was sent automatically?",
  ])("%s", async (text) => {
    expect(await letter(text)).toMatchObject({ class: "human", mayCreateLead: true });
  });

  test.each([
    ["Автоответчик купить", "Есть ли в наличии?", undefined],
    ["Auto: BMW X5 Anfrage", "Ist er noch zu haben?", undefined],
    ["Flyer", "Wir müssen die Bestellung der Flyer leider abbestellen.", "marketing@customer.example"],
    ["Вопрос", "Как клиентам отписаться от уведомлений в вашей CRM?", "marketing@customer.example"],
    ["Chairs", "Twelve, please.", "tom.jenkins@customer.example"],
    ["Chairs", "Twelve, please.", "joe.root@customer.example"],
    ["Chairs", "Twelve, please.", "jan.bot@customer.example"],
    ["Contract", "Here it is, signed.", "anna@docusign.com"],
    ["Read: Offer", "Your message was read by my wife and she wants two tables.", undefined],
  ])("%s: %s (%s)", async (subject, text, from) => {
    expect(await letter(text, subject, from)).toMatchObject({ class: "human", mayCreateLead: true });
  });

  test("answers between quoted lines of a program's", async () => {
    const text = "> Which of them?\n\nThe second.\n\n> This message was generated automatically.\n\nThanks, Anna";
    expect(await letter(text, "Re: Question", undefined, "In-Reply-To: <a@firm.example>\n")).toMatchObject({
      class: "human",
    });
  });
});

describe("a machine's", () => {
  test.each([
    "Your invoice 17 is attached.\n\nThis is an automatically generated e-mail.",
    "Ваш заказ собран.\n\nДанное письмо сформировано автоматически.",
    "Rechnung anbei.\n\nDiese E-Mail wurde automatisch erstellt.",
    "Factura adjunta.\n\nEste correo electrónico ha sido generado automáticamente.",
    "Ваш заказ собран.\n\nЭто письмо отправлено системой автоматически.",
    "Ihre Bestellung.\n\nDiese E-Mail wurde automatisch vom System erstellt.",
    "Su pedido.\n\nEste es un mensaje generado automáticamente.",
    "This is an automatic out-of-office reply. Thank you.",
    "This is an automated system message.",
    "This message is automated.",
    "Автоответ\n\nСпасибо, мы получили письмо.",
    "Автоответчик: я в отпуске",
    "This is an automatic reply. I am out of the office until Monday.",
    "Это автоматический ответ, я в отпуске до понедельника.",
    "Это автоматически созданное письмо.",
    "Это автоматическое системное уведомление.",
    "Dies ist eine automatische Abwesenheitsnotiz.",
    "Diese automatische Antwort bestätigt den Eingang.",
    "Este es un aviso automático.",
  ])("%s", async (text) => {
    expect(await letter(text)).toMatchObject({ mayCreateLead: false, mayAutoAnswer: false });
  });

  test.each([
    ...["Автоответ на ваше письмо", "Автоответ. Я в отпуске", "Автоответ Re: Заказ", "Автоответ компании Ромашка"],
    ...["Auto Responder: Re: offer", "AUTO: Anna Peters is out of the office (returning 12/05/2026)"],
  ])("%s", async (subject) => {
    expect((await letter("Спасибо за письмо.", subject)).class).not.toBe("human");
  });

  test.each([
    "You are receiving this email because you signed up.\nUnsubscribe: https://chairs.example/unsubscribe?u=abc",
    "Вы получили данную рассылку, потому что подписаны.\nХотите отписаться? https://chairs.example/?u=1",
    "Has recibido este correo porque te suscribiste.\nDarse de baja: https://chairs.example/?u=1",
  ])("%s", async (end) => {
    expect((await letter(`Chairs!\n\n${end}`)).class).toBe("newsletter");
  });

  test.each([
    [
      "Not read: Offer",
      "was deleted without being read on Tuesday, May 12, 2026 10:20:01 AM (UTC+01:00) Berlin, Bern.",
    ],
    ["Read: Offer", "was read on Tuesday, May 12, 2026 10:20:01 AM (UTC+01:00) Berlin, Bern."],
  ])("%s", async (subject, told) => {
    const text = `Your message\n\n   To: Nora\n   Subject: Offer\n   Sent: Monday, May 11, 2026 9:00 AM\n\n${told}`;
    expect((await letter(text, subject)).class).toBe("read-receipt");
  });

  test("You’re receiving this, with the sign that typographers set", async () => {
    const text = "Chairs!\n\nYou’re receiving this email because we like you. Unsubscribe: https://chairs.example/u";
    expect((await letter(text)).class).toBe("newsletter");
  });
});

describe("introduces no quote", () => {
  test.each([
    "12.05.2026 10:15, менеджер Анна пишет:\nЖдём вас завтра.\nЯ приехал, закрыто. Верните деньги!",
    "В понедельник 12.05.2026 в 10:15 Анна Петрова писала, что товар бракованный:\nверните деньги!",
    "am 12.05.2026 um 10:15 Uhr schrieb der Fahrer:\ner komme morgen. Er kam nicht.",
    "Am 12. Mai 2026 um 10:15 Uhr schrieb Ihr Mitarbeiter:\ner komme morgen. Er kam nicht.",
    "12 мая 2026 в 10:15 Ваш менеджер написал:\nждём вас. Никого не было.",
    "On 12 May 2026 at 10:15 I wrote:\nplease come. Nobody came.",
    "Цитирую письмо с адреса info@shop.example:\n> Ждём вас.\nЯ приехал, закрыто.",
  ])("%s", async (text) => {
    expect((await letter(`Здравствуйте!\n\n${text}`)).folded).toBe("");
  });
});

describe("introduces a quote", () => {
  test.each([
    "Am 12.05.2026 um 10:15 schrieb Anna Peters:",
    "Am Dienstag, dem 12.05.2026 um 10:15 +0200 schrieb Anna Peters:",
    "В Вт., 12.05.2026 в 10:15 +0300, Анна Петрова пишет:",
    "12.05.2026 в 10:15, Анна Петрова написал:",
    "12.05.2026 10:15, Анна Петрова написал(-а):",
    "On 12.05.2026 at 10:15 Anna Peters wrote:",
    "On May 12, 2026, at 10:15 AM, Anna Peters wrote:",
    "El 12/5/2026 a las 10:15, Ana Ruiz escribió:",
    "Le 12/05/2026 à 10:15, Anna Peters a écrit :",
    "12 мая 2026 г., 10:15 пользователь Анна Петрова написал:",
  ])("%s", async (introduction) => {
    const { visible, folded } = await letter(`Yes.\n\n${introduction}\n\nWill you come?\nAnna`, "Re: Question");
    expect([visible, folded.includes("Will you come?")]).toEqual(["Yes.", true]);
  });
});
