import { expect, test } from "vitest";
import type { MessageReceived } from "../../../src/channels/contract/events.ts";
import { createFormAdapter } from "../../../src/channels/form/adapter.ts";
import { formKey } from "../../../src/channels/form/receive.ts";
import { formSettings } from "../../../src/channels/form/settings.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { refusal } from "../../../src/relay/capability-check.ts";
import { account, filled, NOW, request, SITE } from "./harness.ts";

const adapter = createFormAdapter({ now: () => NOW });

function messages(body: object, headers: Record<string, string> = {}): readonly MessageReceived[] {
  const received = adapter.receive(request(body, headers), account);
  if (received.kind !== "accepted") throw new Error(JSON.stringify(received));
  return received.events.filter((event) => event.kind === "message");
}
const urlencoded = (fields: Record<string, string>) =>
  adapter.receive(
    request(Buffer.from(new URLSearchParams({ key: formKey(account), ...fields }).toString()), {
      "content-type": "application/x-www-form-urlencoded",
    }),
    account,
  );

test("a request is the customer's message, with a line for the agent before it and facts for the rules", () => {
  const [line, message] = messages(filled);
  expect(message).toMatchObject({
    chatId: "tel:+34600123456",
    externalId: filled.id,
    customer: { name: "Ana Pérez", phone: "+34600123456", email: "ana@example.org" },
    content: { body: { text: "Please call me about the oak table." } },
  });
  expect(message?.content.site).toEqual({
    form: "request",
    site: "shop.example",
    page: { url: `${SITE}/tables?utm_source=ads`, title: "Tables" },
    referrer: "https://search.example/",
    utm: { source: "ads" },
    fields: [
      { name: "Budget", value: "1000" },
      { name: "Delivery to", value: "Oslo" },
    ],
  });
  expect(line?.content).toMatchObject({ notice: "other", body: { text: expect.stringContaining("Budget: 1000") } });
  expect(line?.chatId).toBe(message?.chatId);
});

test("a plain HTML form says the same, and its second click is the same request", () => {
  const fields = { name: "Ana", email: "ana@example.org", text: "Hello", Budget: "1000", utm_source: "ads" };
  const [first, second, other] = [
    urlencoded(fields),
    urlencoded(fields),
    urlencoded({ ...fields, text: "Hello again" }),
  ];
  expect(first).toEqual(second);
  expect(first).toMatchObject({ kind: "accepted", events: [{}, { chatId: "mail:ana@example.org" }] });
  const keys = [first, other].map((one) => one.kind === "accepted" && one.events[1]?.key);
  expect(new Set(keys).size).toBe(2);
  expect(JSON.stringify(first)).toContain('"utm":{"source":"ads"}');
});

test.each([
  [{ phone: "12" }, "phone: wrong"],
  [{ email: "ana@" }, "email: wrong"],
  [{ phone: "", email: "", name: "", text: " \n " }, "text: missing"],
])("%j is told by its field", (change, reason) => {
  expect(adapter.receive(request({ ...filled, ...change }), account)).toEqual({
    kind: "rejected",
    status: 400,
    reason,
  });
});

test("a consent that is asked for has to be given, and its words are kept", () => {
  const strict = { ...account, settings: { ...account.settings, consent: "I agree." } };
  expect(adapter.receive(request(filled), strict)).toMatchObject({ kind: "rejected", reason: "consent: missing" });
  expect(JSON.stringify(adapter.receive(request({ ...filled, consent: "on" }), strict))).toContain(
    `"consent":{"text":"I agree.","at":"${NOW.toISOString()}"}`,
  );
});

test("what comes is bounded: fields, lengths, odd values; the words themselves are whole", () => {
  const fields = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`f${at}`, "x".repeat(5_000)]));
  const [, message] = messages({ ...filled, text: "x".repeat(60_000), fields, odd: { a: [1] }, list: ["a", 2, {}] });
  expect(message?.content.body.text).toHaveLength(60_000);
  expect(message?.content.site?.fields).toHaveLength(19);
  expect(message?.content.site?.fields?.[0]).toEqual({ name: "list", value: "a, 2" });
  expect(message?.content.site?.fields?.[1]?.value).toHaveLength(1_000);
});

test("the thank-you page has to be on one of the sites", () => {
  expect(
    formSettings.safeParse({ origins: [SITE], thanksUrl: "https://evil.example/" }).error?.issues[0]?.path,
  ).toEqual(["thanksUrl"]);
  expect(formSettings.safeParse({ origins: [SITE], thanksUrl: `${SITE}/thanks` }).success).toBe(true);
});

test("the code for the site carries the key and nothing of the secret", () => {
  const code = adapter.embed?.(account, "https://app.example");
  expect(code).toBe(
    `<script src="https://app.example/form.js" data-account="${account.id}" data-key="${formKey(account)}" async></script>`,
  );
  expect(code).not.toContain(account.webhookSecret);
});

test("what a form does not claim stays words: markup, files, places, changes to what was sent", () => {
  const { parts } = adapter.capabilities;
  for (const [part, { in: inward }] of Object.entries(parts))
    expect(inward, part).toBe(part === "notice" ? "full" : "impossible");
  const [, message] = messages({
    ...{ ...filled, text: "<b>Hello</b> [x](javascript:alert(1))", kind: "edit", target: "1", emoji: "👍" },
    ...{ attachments: [{ kind: "photo" }], place: { latitude: 1 }, quote: { externalId: "1" }, forwarded: {} },
  });
  expect(message?.kind).toBe("message");
  expect(Object.keys(message?.content ?? {}).sort()).toEqual(["attachments", "body", "site"]);
  expect(message?.content).toMatchObject({
    body: { text: "<b>Hello</b> [x](javascript:alert(1))", spans: [] },
    attachments: [],
  });
  const multipart = request(Buffer.from("--b\r\n"), { "content-type": "multipart/form-data; boundary=b" });
  expect(adapter.receive(multipart, account)).toMatchObject({ kind: "rejected", status: 401 });
});

test("an answer to a request is refused with what to do instead, and so is every change", async () => {
  const { capabilities } = adapter;
  expect(refusal(adapter, { body: plainText("We will call you."), attachments: [] })).toBe(capabilities.oneWay);
  expect([adapter.edit, adapter.remove, adapter.react, adapter.findPerson, adapter.openMedia]).toEqual(
    Array(5).fill(undefined),
  );
});
