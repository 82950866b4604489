import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Localised } from "../../src/domain/localised.ts";
import { fill, match, readPattern } from "../../src/sentences/pattern.ts";
import { createTranslate } from "../../src/sentences/translate.ts";

const catalogue: readonly Localised[] = [
  { en: "Connected.", ru: "Подключено.", es: "Conectado." },
  { en: "a location", ru: "местоположение", es: "una ubicación" },
  { en: "It will be tried again.", ru: "Попытка повторится.", es: "Se intentará de nuevo." },
  {
    en: "{title} takes {kind:ours} up to {size} MB. Send a link instead.",
    ru: "До {size} МБ: больше {title} не принимает ({kind}). Отправьте ссылку.",
    es: "{title} acepta {kind} de hasta {size} MB. Envíe un enlace.",
  },
  { en: "The file “{name}” is empty.", ru: "Файл «{name}» пуст.", es: "El archivo «{name}» está vacío." },
  { en: "{sentence:ours} Press Repair.", ru: "{sentence} Нажмите «Исправить».", es: "{sentence} Pulse Reparar." },
  { en: "The customer came{how:ours}.", ru: "Клиент пришёл{how}.", es: "El cliente vino{how}." },
  { en: " by the link “{mark}”", ru: " по ссылке «{mark}»", es: " por el enlace «{mark}»" },
];
const translate = createTranslate(catalogue);

describe("a sentence of ours", () => {
  it("is said in the reader's language", () => {
    expect(translate("Connected.", "ru")).toBe("Подключено.");
    expect(translate("Connected.", "es")).toBe("Conectado.");
    expect(translate("Connected.", "en")).toBe("Connected.");
  });

  it("keeps what stands in its gaps, where the language wants it, and translates words of ours there", () => {
    expect(translate("Viber takes a location up to 5 MB. Send a link instead.", "ru")).toBe(
      "До 5 МБ: больше Viber не принимает (местоположение). Отправьте ссылку.",
    );
    expect(translate("The file “a location” is empty.", "ru")).toBe("Файл «a location» пуст.");
  });

  it("may have a part that is not always there", () => {
    expect(translate("The customer came.", "ru")).toBe("Клиент пришёл.");
    expect(translate("The customer came by the link “x”.", "es")).toBe("El cliente vino por el enlace «x».");
  });

  it("is told apart from others it was joined with, in one line and in several", () => {
    expect(translate("Connected. The file “a.txt” is empty. It will be tried again.", "ru")).toBe(
      "Подключено. Файл «a.txt» пуст. Попытка повторится.",
    );
    expect(translate("Connected. Press Repair.", "es")).toBe("Conectado. Pulse Reparar.");
    expect(translate("Connected.\nPeter: hi\nThe file “x” is empty.", "ru")).toBe(
      "Подключено.\nPeter: hi\nФайл «x» пуст.",
    );
  });

  it("beside a vendor's words is translated, and they stay", () => {
    expect(translate("Bad gateway. It will be tried again.", "ru")).toBe("Bad gateway. Попытка повторится.");
    expect(translate("Connected. Viber takes a location up to 5 MB. Send a link instead.", "es")).toBe(
      "Conectado. Viber acepta una ubicación de hasta 5 MB. Envíe un enlace.",
    );
  });
});

describe("whatever comes", () => {
  const anything = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: fc.constantFrom(" ", ".", "“", "”", "M", "B", "a", "\n") }),
  );

  it("stays as it is when no catalogue knows it", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("ж", "z", " ", ".", "{", "}", "7") }), (text) => {
        expect(translate(text, "ru")).toBe(text);
      }),
    );
  });

  it("comes back in the translation when it stood in a gap", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...catalogue),
        fc.array(anything, { minLength: 3, maxLength: 3 }),
        (words, values) => {
          const pattern = readPattern(words.en);
          const names = pattern.gaps.map(({ name }) => name);
          const said = fill(pattern, (name) => values[names.indexOf(name)] ?? "");
          const read = match(pattern, said);
          expect(read && fill(pattern, (name) => read[names.indexOf(name)] ?? "")).toBe(said);
          const translated = translate(said, "es");
          for (const value of values.slice(0, names.length))
            for (const word of value.split(/[\s.“”]+/))
              if (!/^(MB?|B)?$/.test(word)) expect(translated).toContain(word);
        },
      ),
    );
  });

  it("is answered in time that grows with its length only", () => {
    const endless = `${"The file “".repeat(20_000)}${"Send a link instead. ".repeat(5_000)}`;
    const began = performance.now();
    expect(translate(endless, "ru").length).toBeGreaterThan(100_000);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
