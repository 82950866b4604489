import { expect, test } from "vitest";
import { createSSRApp, h } from "vue";
import { renderToString } from "vue/server-renderer";
import { RichText } from "../../placements/shared/rich-text.ts";

type Spans = Parameters<typeof RichText>[0]["spans"];

const drawn = (text: string, spans: Spans = []) =>
  renderToString(createSSRApp({ render: () => h(RichText, { text, spans }) }));

test("what a customer wrote is text, in the direction of its own first letter", async () => {
  const html = await drawn('<img src=x onerror="alert(1)">\u0000');
  expect(html).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;");
  expect(html).toMatch(/^<div class="[^"]*" dir="auto">/);
});

test("marks that turn the direction of writing turn nothing, wherever they stand, and formatting stays in its place", async () => {
  const text = "see \u202einvoice\u202c \u2067fdp.exe\u2069 at https://example.com/\u202egpj.exe";
  const html = await drawn(text, [{ kind: "bold", start: 5, end: 12 }]);
  expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  expect(html).toMatch(/<strong[^>]*>invoice<\/strong>/);
  expect(html).toContain(">https://example.com/gpj.exe</a>");
});

test("only addresses that a click cannot turn into code of the page are links", async () => {
  const html = await drawn("click", [{ kind: "link", start: 0, end: 5, url: "javascript:alert(1)" }]);
  expect(html).not.toContain("<a");
  expect(await drawn("click", [{ kind: "link", start: 0, end: 5, url: "https://example.com" }])).toContain(
    'href="https://example.com/"',
  );
});
