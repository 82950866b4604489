import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { render, renderTitle, templateProblem } from "../../src/rules/templates.ts";
import { variablesOf } from "../../src/rules/variables.ts";
import { facts } from "./samples.ts";

const text = (template: string, variables = {}) => {
  const rendered = render(template, variables);
  return rendered.kind === "ok" ? rendered.text : `broken: ${rendered.why}`;
};

describe("a template", () => {
  test("is filled in, in one line, and what is unknown is empty", () => {
    expect(text("{{ name | upcase }} / {{ utm.source | default: 'direct' }}", { name: "Maria", utm: {} })).toBe(
      "MARIA / direct",
    );
    expect(text(" a\n\n{{ nobody.at.all }}  b ")).toBe("a b");
    expect(text("{% if phone != '' %}call{% endif %}", { phone: "+1" })).toBe("call");
  });

  test("that cannot be read is broken, each time, and says why", () => {
    expect(render("{{ name", {})).toMatchObject({ kind: "broken" });
    expect(render("{{ name", {})).toMatchObject({ kind: "broken" });
    expect(templateProblem("{{ name")).toMatch(/not closed/);
    expect(templateProblem("{{ name | nosuchfilter }}")).toMatch(/nosuchfilter/);
    expect(templateProblem("{{ name }}")).toBeUndefined();
  });

  test.each(["constructor", "__proto__", "toString", "name.constructor", "utm.constructor.name", "hasOwnProperty"])(
    "sees our variables and nothing behind them: %s",
    (path) => {
      expect(text(`[{{ ${path} }}]`, { name: "Maria", utm: { source: "x" } })).toBe("[]");
    },
  );

  test.each(["{% include 'x' %}", "{% render '/etc/passwd' %}", "{% layout 'x' %}"])(
    "reads no files: %s",
    (template) => {
      expect(render(template, {})).toMatchObject({ kind: "broken" });
    },
  );

  test("is bounded in time, size and length", () => {
    const started = performance.now();
    expect(render("{% for i in (1..100000000) %}x{% endfor %}", {})).toMatchObject({ kind: "broken" });
    const nested =
      "{% for i in (1..1000) %}{% for j in (1..1000) %}{% for k in (1..1000) %}x{% endfor %}{% endfor %}{% endfor %}";
    expect(render(nested, {})).toMatchObject({ kind: "broken" });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(templateProblem("x".repeat(10_001))).toBeDefined();
  });

  test("takes what a customer wrote as a text and not as a template", () => {
    expect(text("{{ words }}", { words: "{{ phone }} {% assign x = 1 %}" })).toBe("{{ phone }} {% assign x = 1 %}");
  });

  test("answers something for whatever is written into it", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (template, name) => {
        expect(["ok", "broken"]).toContain(render(template, { name }).kind);
      }),
    );
  });
});

describe("a title", () => {
  test("loses the marks at its ends, is never empty and never too long", () => {
    expect(renderTitle("{{ channel }}: {{ name }}", { channel: "Telegram" }, "x")).toBe("Telegram");
    expect(renderTitle("{{ name }} - ", { name: "Maria" }, "x")).toBe("Maria");
    expect(renderTitle("{{ name }}", {}, "Chat 5")).toBe("Chat 5");
    expect(renderTitle("{{ name", {}, "Chat 5")).toBe("Chat 5");
    const long = renderTitle("{{ name }}", { name: "😀".repeat(300) }, "x");
    expect([[...long].length, long.isWellFormed()]).toEqual([255, true]);
  });
});

describe("variables", () => {
  test("name what is known of a message; a site's fields and UTM by their own names", () => {
    const variables = variablesOf(
      facts({
        channel: "webchat",
        account: { id: "a", name: "Shop" },
        line: "3",
        customer: { name: "Maria", lastName: "Ruiz", phones: ["+34600123456", "+1"], emails: ["m@x.example"] },
        site: { host: "shop.example", utm: { source: "news" }, fields: { "Order no.": "5" } },
        mail: { from: "m@x.example", to: ["a@b.example", "c@d.example"], subject: "Hi" },
        tags: ["vip", "new"],
      }),
    );
    expect(variables).toMatchObject({
      ...{ name: "Maria Ruiz", phone: "+34600123456", email: "m@x.example", line: "3", account: "Shop" },
      ...{ to: "a@b.example, c@d.example", tags: "vip, new", site: "shop.example" },
    });
    expect(text("{{ utm.source }} {{ field['Order no.'] }} {{ utm.term }}", variables)).toBe("news 5");
  });

  test("are empty texts where nothing is known", () => {
    const empty = variablesOf(facts());
    for (const name of ["name", "phone", "email", "line", "site", "words", "subject", "tags"])
      expect(empty[name]).toBe("");
  });

  test("the first words end between words, or between whole characters", () => {
    const words = (given: string) => variablesOf(facts({ text: given })).words;
    expect(words("  two\n lines ")).toBe("two lines");
    expect(words(`${"word ".repeat(11)}and more than that`)).toBe(`${"word ".repeat(11).trim()} and…`);
    const cut = String(words("😀".repeat(100)));
    expect([cut.isWellFormed(), [...cut].length]).toEqual([true, 61]);
  });
});
