import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountId, type MessageId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { openSite, type Site } from "./support/site.ts";

/** The same answers, read by people who speak different languages. */

let site: Site;
let admin: string;
let account: string;
let refused: MessageId;

const CREDENTIALS = { channel: "telegram", name: "Shop bot", credentials: { token: "1112223334:abcdef" } };

beforeAll(async () => {
  site = await openSite();
  admin = await site.install();
  account = (await site.api(admin, "POST", "/accounts", CREDENTIALS)).json().id;
  await site.store.accounts.update(site.memberId, accountId(account), {
    connection: { kind: "transient-disconnect", sentence: "The connection ended. It is opened again." },
  });
  refused = await writtenAndRefused();
});
afterAll(() => site.stop());

async function writtenAndRefused(): Promise<MessageId> {
  const now = new Date();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      portal: site.memberId,
      account: accountId(account),
      key: "m:1",
      kind: "message",
      chatId: "c1",
      customer: { externalId: "c1", name: "Maria" },
      externalId: "1",
      content: { body: plainText("From the phone:\nMaria: The message is empty."), attachments: [], notice: "other" },
      sentAt: now,
      notBefore: now,
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  await site.store.messages.finish([
    {
      message: accepted.message,
      result: {
        state: "refused",
        error:
          "Given up after a day of trying. Telegram takes free messages for 24 hours after the customer's last one. That time ended on 2026-01-01 10:00 UTC. Send a template, or wait until the customer writes.",
      },
    },
  ]);
  return accepted.message;
}

const ask = (language: string, path: string, more: { readonly method?: "POST"; readonly payload?: object } = {}) =>
  site.app.inject({
    method: more.method ?? "GET",
    url: path,
    headers: { authorization: `Bearer ${admin}`, "accept-language": language },
    ...(more.payload && { payload: more.payload }),
  });

describe("a person's own language", () => {
  it.each([
    [
      "ru",
      "За сутки доставить не удалось, попытки прекращены. Telegram принимает обычные сообщения 24 ч после последнего сообщения клиента. Это время закончилось 2026-01-01 10:00 UTC. Отправьте шаблон или дождитесь, когда клиент напишет.",
      "С телефона:\nMaria: The message is empty.",
    ],
    [
      "es",
      "Se abandonó tras un día de intentos. Telegram admite mensajes libres durante 24 horas tras el último del cliente. Ese plazo terminó el 2026-01-01 10:00 UTC. Envíe una plantilla o espere a que el cliente escriba.",
      "Desde el teléfono:\nMaria: The message is empty.",
    ],
  ])("tells in %s why a message was refused, and what the messenger told", async (language, error, text) => {
    const [row] = (await ask(language, "/api/journal")).json();
    expect(row).toMatchObject({ id: refused, state: "refused", error, text });
    const one = (await ask(language, `/api/messages/${refused}`)).json();
    expect(one.message).toMatchObject({ error, text });
    const thread = (await ask(language, `/api/conversations/${row.conversation}/messages`)).json();
    expect(thread).toMatchObject([{ error, text }]);
  });

  it("tells how an account's connection stands, wherever it is shown", async () => {
    const sentence = "Соединение прервалось. Открываем его снова.";
    const connection = { kind: "transient-disconnect", sentence };
    expect((await ask("ru", "/api/accounts")).json()).toMatchObject([{ connection }]);
    expect((await ask("ru", `/api/accounts/${account}`)).json()).toMatchObject({ connection });
    expect((await ask("ru", "/api/health")).json()).toMatchObject({ accounts: [{ connection }] });
    expect((await ask("de", "/api/accounts")).json()[0].connection.sentence).toBe(
      "The connection ended. It is opened again.",
    );
  });

  it("tells errors, their code staying what programs go by", async () => {
    const twin = await ask("es", "/api/accounts", { method: "POST", payload: CREDENTIALS });
    expect(twin.json().error).toMatchObject({
      code: "account_exists",
      message: "«Shop bot» ya usa estos datos de acceso. Cambie ese canal.",
    });
    const unknown = await ask("ru", "/api/messages/00000000-0000-4000-8000-000000000000");
    expect(unknown.json().error).toEqual({ code: "not_found", message: "Здесь нет такого объекта: сообщение." });
    const wrong = await ask("ru", "/api/rules/check", {
      method: "POST",
      payload: { ruleset: { time: { zone: "X" } } },
    });
    expect(wrong.json().error.message).toMatch(/^[\w.]+: Такого часового пояса нет\.$/);
    const stranger = await site.app.inject({ url: "/api/accounts", headers: { "accept-language": "ru-RU,ru;q=0.9" } });
    expect(stranger.json().error.message).toBe(
      "Сеанс закончился или недействителен. Откройте страницу в Битрикс24 заново.",
    );
  });

  it("tells what the installation lacks, on the page that the portal opened in that language", async () => {
    const problems = ["The portal cannot be reached just now.", "Somebody else's words."];
    site.installation.report = { ok: false, problems };
    await site.store.portals.update(site.memberId, { installation: { ok: false, problems } });
    expect((await ask("ru", "/api/portal")).json().installation.problems).toEqual([
      "Битрикс24 сейчас недоступен.",
      "Somebody else's words.",
    ]);
    const page = await site.app.inject({
      method: "POST",
      url: "/install?DOMAIN=x&LANG=ru",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "text/html", "accept-language": "en" },
      payload: "member_id=x",
    });
    expect(page.body).toContain("Запрос не подтверждает, откуда он пришёл. Откройте страницу в Битрикс24.");
  });
});
