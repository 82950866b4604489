import fc from "fast-check";
import { getCountries, getExampleNumber, parsePhoneNumberFromString } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { expect, test } from "vitest";
import { emailKey } from "../../../src/rules/contacts/email-key.ts";
import { normaliseEmail } from "../../../src/rules/contacts/emails.ts";
import { findContacts } from "../../../src/rules/contacts/find-contacts.ts";
import { linkRefusal } from "../../../src/rules/contacts/linkable.ts";

const country = fc.constantFrom("RU", "KZ", "BY", "UA", "UZ", "US", "MX", "AR", "CO", "ES", "GB", "DE", "XX");
const options = fc.record({ defaultCountry: fc.option(country, { nil: undefined }), eightIsSeven: fc.boolean() });
/** Pieces that contacts are made of, so that chance makes more than noise. */
const piece = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom(
    ..."8 7 +7 916 (916) 123-45-67 00 0 @ . , - _ + / тел. заказ order № # ivan mail.ru a@b.ru ES91 wa.me/ http:// x \n".split(
      " ",
    ),
  ),
  fc.stringMatching(/^\d{1,12}$/),
);
const text = fc.array(piece, { maxLength: 24 }).chain((pieces) => fc.constantFrom(pieces.join(""), pieces.join(" ")));

/** Numbers that the plans of the world have given out. */
const number = fc
  .tuple(fc.constantFrom(...getCountries()), fc.stringMatching(/^\d{6}$/))
  .map(([code, tail]) => {
    const example = getExampleNumber(code, examples)?.number ?? "";
    return parsePhoneNumberFromString(example.slice(0, -4) + tail.slice(0, 4));
  })
  .filter((one) => one?.isValid() === true && one.number.length > 8 && !/^(\d)\1*$/.test(one.nationalNumber));

const sentence = fc.constantFrom<(phone: string) => string>(
  (phone) => phone,
  (phone) => `Мой номер ${phone}, звоните.`,
  (phone) => `Перезвоните на ${phone}!`,
  (phone) => `You can reach me at ${phone} after six.`,
  (phone) => `Llámame al ${phone}, por favor`,
  (phone) => `(${phone})`,
);

test("never throws, and answers the same text the same way", () => {
  fc.assert(
    fc.property(text, options, (given, how) => {
      expect(findContacts(given, how)).toEqual(findContacts(given, how));
    }),
    { numRuns: 2_000 },
  );
});

test("what it found it finds again, in its own form, and nothing more", () => {
  fc.assert(
    fc.property(text, options, (given, how) => {
      const { phones, emails } = findContacts(given, how);
      const again = findContacts(
        [...phones.map((phone) => phone.number), ...emails.map((email) => email.address)].join(", "),
        how,
      );
      expect(again.phones.map((phone) => phone.number)).toEqual(phones.map((phone) => phone.number));
      expect(again.emails.map((email) => email.address)).toEqual(emails.map((email) => email.address));
    }),
    {
      numRuns: 2_000,
      // A mark before a word that is stuck to the name: the one was taken away and the other stayed.
      examples: [["+7заказa@b.ru", { defaultCountry: undefined, eightIsSeven: true }]],
    },
  );
});

test("a number of any country in its international form is found in a sentence, from any portal", () => {
  fc.assert(
    fc.property(number, sentence, options, fc.boolean(), (phone, say, how, grouped) => {
      const written = grouped ? (phone?.formatInternational() ?? "") : (phone?.number ?? "");
      expect(findContacts(say(written), how).phones.map((one) => one.number)).toEqual([phone?.number]);
    }),
    { numRuns: 1_500 },
  );
});

test("an address's normal form and its key are their own", () => {
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), text), (given) => {
      const normal = normaliseEmail(given);
      const key = emailKey(given);
      expect(normal === undefined).toBe(key === undefined);
      if (normal === undefined || key === undefined) return;
      expect(normaliseEmail(normal)).toBe(normal);
      expect(emailKey(key)).toBe(key);
      expect(emailKey(normal)).toBe(key);
    }),
    { numRuns: 1_000 },
  );
});

test("whether a contact links is told for any value", () => {
  fc.assert(
    fc.property(fc.constantFrom("phone" as const, "email" as const), text, fc.array(text), (kind, value, own) => {
      expect(["string", "undefined"]).toContain(typeof linkRefusal({ kind, value }, { own, shared: [] }));
    }),
  );
});
