import { expect, it } from "vitest";
import { htmlOf, linksOf, plainOf } from "../../../src/mail/writing/html-body.ts";
import { messageIdOf } from "../../../src/mail/writing/references.ts";
import { signatureOf } from "../../../src/mail/writing/signature.ts";
import { answerSubject, tidySubject } from "../../../src/mail/writing/subject.ts";

it.each([
  ["Order 12", "Re: Order 12"],
  ["Re: Order 12", "Re: Order 12"],
  ["RE: Re[3]: AW: Отв: Order 12", "Re: Order 12"],
  ["Fwd: Order 12", "Re: Fwd: Order 12"],
  ["Release: notes", "Re: Release: notes"],
  ["  ", "Re:"],
  ["Re:", "Re:"],
])("answers %j with %j", (last, answer) => {
  expect(answerSubject(last)).toBe(answer);
});

it("a subject stays on one line and within what headers hold", () => {
  expect(tidySubject("a\r\n b\tc ")).toBe("a b c");
  expect([...tidySubject("я".repeat(5_000))]).toHaveLength(901);
});

it("shows formatting, with every tag closed inside of the one it stands in", () => {
  const body = {
    text: "one two\n  three",
    spans: [
      { kind: "bold" as const, start: 0, end: 7 },
      { kind: "italic" as const, start: 4, end: 7 },
      { kind: "quote" as const, start: 8, end: 15 },
    ],
  };
  expect(htmlOf(body)).toBe(
    '<b>one <i>two</i></b><br>\r\n<blockquote style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">&nbsp; three</blockquote>',
  );
  expect(plainOf(body)).toBe("one two\n>   three");
});

it("makes no link of what a mail program must not open", () => {
  const at = (url: string) => ({ text: "here", spans: [{ kind: "link" as const, start: 0, end: 4, url }] });
  expect(htmlOf(at("javascript:alert(1)"))).toBe("here");
  expect(htmlOf(at("data:text/html,x"))).toBe("here");
  expect(htmlOf(at("mailto:a@b.example"))).toBe('<a href="mailto:a@b.example">here</a>');
});

it("counts links in their order, and changes only those to pages", () => {
  const body = {
    text: "one https://two.example mail three",
    spans: [
      { kind: "link" as const, start: 0, end: 3, url: "https://one.example/?a=1&b=2" },
      { kind: "link" as const, start: 24, end: 28, url: "mailto:a@b.example" },
      { kind: "link" as const, start: 29, end: 34, url: "https://three.example" },
    ],
  };
  const links = ["https://one.example/?a=1&b=2", "https://two.example", "https://three.example"];
  expect(linksOf(body)).toEqual(links);
  const seen: [number, string][] = [];
  const html = htmlOf(body, (url, place) => {
    seen.push([place, url]);
    return `https://t.example/${place}`;
  });
  expect(seen).toEqual(links.map((url, at) => [at + 1, url]));
  expect(html).toContain('<a href="https://t.example/2">https://two.example</a>');
  expect(html).toContain('<a href="mailto:a@b.example">');
});

it("fills a signature's gaps, without the lines that stay empty", () => {
  const variables = {
    agent: { name: "Olga", phone: "+7 495 1234567" },
    box: { name: "Sales", address: "sales@shop.example" },
  };
  const template = "{{ agent.name }}\n{{ agent.position }}\n\n{{ box.name }}, {{ agent.phone }}";
  expect(signatureOf(template, variables)).toEqual({
    kind: "signed",
    body: { text: "Olga\n\nSales, +7 495 1234567", spans: [] },
  });
  expect(signatureOf("{% include 'secrets' %}", variables).kind).toBe("broken");
  expect(signatureOf("{{ agent.name", variables).kind).toBe("broken");
  expect(signatureOf("{% for i in (1..100000000) %}x{% endfor %}", variables).kind).toBe("broken");
  expect(signatureOf("{{ agent.constructor }}", variables)).toEqual({
    kind: "signed",
    body: { text: "", spans: [] },
  });
});

it("an id names the message and the box's domain, in letters that a header may hold", () => {
  expect(messageIdOf("0198-aa", "Anna@Shop.Example")).toBe("<0198-aa@shop.example>");
  expect(messageIdOf("a b<c>", "anna@почта.рф")).toBe("<a-b-c-@xn--80a1acny.xn--p1ai>");
  expect(messageIdOf("a", "nobody")).toBe("<a@nobody>");
});
