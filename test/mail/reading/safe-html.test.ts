import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { safeHtml } from "../../../src/mail/reading/safe-html.ts";

const nowhere = () => undefined;
const clean = (html: string) => safeHtml(html, nowhere).html;

describe("nothing of a letter runs, submits, loads or covers", () => {
  it.each([
    ["a script", "<script>alert(1)</script>Hello", "Hello"],
    ["a handler", `<p onclick="alert(1)">Hello</p>`, "<p>Hello</p>"],
    ["a handler without quotes", "<img src=x onerror=alert(1)>", ""],
    ["a link that runs", `<a href="javascript:alert(1)">x</a>`, `rel="noopener noreferrer nofollow">x</a>`],
    ["a form", `<form action="https://evil.example"><input name="p">Hello</form>`, "Hello"],
    ["a frame", `<iframe src="https://evil.example"></iframe>Hello`, "Hello"],
    ["a style sheet", "<style>@import url(https://evil.example)</style>Hello", "Hello"],
    ["a base", `<base href="https://evil.example">Hello`, "Hello"],
    ["a refresh", `<meta http-equiv="refresh" content="0;url=https://evil.example">Hello`, "Hello"],
    ["a drawing", `<svg><a xlink:href="javascript:alert(1)">Hello</a></svg>`, "Hello"],
    ["a sheet over everything", `<div style="position:fixed;top:0;color:red">Hello</div>`, `<div style="color:red">`],
    ["a picture as background", `<div style="background:url(https://evil.example/x)">Hello</div>`, "<div>Hello</div>"],
    ["the same in disguise", `<div style="background:u\\72l(https://evil.example/x)">Hello</div>`, "<div>Hello</div>"],
    ["a title", "<html><head><title>Offer</title></head><body>Hello</body></html>", "Hello"],
  ])("%s", (_name, html, kept) => {
    const shown = clean(html);
    expect(shown).toContain(kept);
    expect(shown).not.toMatch(/script|evil|onerror|onclick|position|Offer/);
  });
});

test("links open elsewhere, whatever they said themselves", () => {
  expect(clean(`<a href="https://shop.example/1" target="_top" rel="opener">Shop</a>`)).toBe(
    `<a href="https://shop.example/1" target="_blank" rel="noopener noreferrer nofollow">Shop</a>`,
  );
});

test("pictures are shown only from where we say, and counted where we do not", () => {
  const html = `<img src="https://shop.example/logo.png" alt="Logo"><img src="cid:plan"><img src="data:image/png;base64,AAAA">`;
  expect(safeHtml(html, nowhere)).toEqual({
    html: `<img alt="Logo" /><img src="data:image/png;base64,AAAA" />`,
    blockedImages: 2,
  });
  const shown = safeHtml(html, (source) => `https://ours.example/${source.split("/").at(-1)}`);
  expect(shown.blockedImages).toBe(0);
  expect(shown.html).toContain(`src="https://ours.example/logo.png"`);
  expect(clean(`<img src="data:image/svg+xml;base64,AAAA">`)).toBe("");
});

test("tables and colours of a letter stay", () => {
  const html = `<table cellpadding="4"><tr><td bgcolor="#eee" style="padding:4px;color:#333">Sum</td></tr></table>`;
  expect(clean(html)).toBe(
    `<table cellpadding="4"><tr><td bgcolor="#eee" style="padding:4px;color:#333">Sum</td></tr></table>`,
  );
});

test("any text is taken, and cleaning what is clean changes nothing", () => {
  const piece = fc.constantFrom(
    "<b>",
    "</b>",
    "<p style='color:red'>",
    "<img src=x>",
    "<a href='//x'>",
    "<!--",
    "-->",
    "&amp;",
    "<",
    "x",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), (pieces) => {
      const once = clean(pieces.join(""));
      expect(once).not.toMatch(/<script|javascript:|<iframe/i);
      // A link within a link is two links for a parser, so it is from the second time on that nothing changes.
      const twice = clean(once);
      expect(clean(twice)).toBe(twice);
    }),
  );
});
