import { describe, expect, test } from "vitest";
import { defaultEmailKeyRules, emailKey } from "../../../src/rules/contacts/email-key.ts";
import { type Contact, isLinkable, type LinkLimits, linkRefusal } from "../../../src/rules/contacts/linkable.ts";

const none: LinkLimits = { own: [], shared: [] };
const phone = (value: string): Contact => ({ kind: "phone", value });
const email = (value: string): Contact => ({ kind: "email", value });

describe("the key of an e-mail address", () => {
  test.each([
    ["Ivan.Petrov+Shop@Gmail.com", "ivanpetrov@gmail.com"],
    ["i.v.a.n.petrov@googlemail.com", "ivanpetrov@gmail.com"],
    ["ivan.petrov+shop@example.org", "ivan.petrov@example.org"],
    ["ivan+a+b@ya.ru", "ivan@yandex.ru"],
    ["иван@пример.рф", "иван@xn--e1afmkfd.xn--p1ai"],
  ])("%s", (address, key) => {
    expect(emailKey(address)).toBe(key);
  });

  test("each folding can be switched off", () => {
    const plain = { plusTags: false, gmailDots: false, domainAliases: {} };
    expect(emailKey("I.Van+x@googlemail.com", plain)).toBe("i.van+x@googlemail.com");
    expect(emailKey("i.van+x@gmail.com", { ...defaultEmailKeyRules, plusTags: false })).toBe("ivan+x@gmail.com");
    expect(emailKey("i.van+x@gmail.com", { ...defaultEmailKeyRules, gmailDots: false })).toBe("i.van@gmail.com");
  });

  test("what is no address has none", () => {
    for (const address of ["", "@", "ivan", "ivan@", "@mail.ru", "ivan@mail", "a b@mail.ru", "<ivan@mail.ru>"]) {
      expect(emailKey(address)).toBeUndefined();
    }
  });
});

describe("phones that never link", () => {
  test.each([
    ["+79999999999", "junk"],
    ["+74950000000", "junk"],
    ["+19876543210", "junk"],
    ["+447700900123", "reserved"],
    ["+12015550123", "reserved"],
    ["+493023125123", "reserved"],
    ["+78005553535", "service-line"],
    ["+34900123456", "service-line"],
    ["89161112233", "malformed"],
    ["", "malformed"],
  ])("%s: %s", (value, refusal) => {
    expect(linkRefusal(phone(value), none)).toBe(refusal);
  });

  test("others do", () => {
    for (const value of ["+79161112233", "+79001234567", "+34612345678", "+525512345678", "+12015551234"]) {
      expect(isLinkable(phone(value), none)).toBe(true);
    }
  });
});

describe("e-mail addresses that never link", () => {
  test.each([
    ["no-reply@shop.ru", "machine"],
    ["NoReply+42@shop.ru", "machine"],
    ["do_not_reply@shop.com", "machine"],
    ["mailer-daemon@mail.ru", "machine"],
    ["test@test.ru", "junk"],
    ["asd@asd.com", "junk"],
    ["test@mail.ru", "junk"],
    ["test@test", "malformed"],
  ])("%s: %s", (value, refusal) => {
    expect(linkRefusal(email(value), none)).toBe(refusal);
  });

  test("others do", () => {
    for (const value of [
      "ivan@mail.ru",
      "test.driver@cars.ru",
      "test@cars.ru",
      "noreen@example.com",
      "abuse.ivan@example.com",
    ]) {
      expect(isLinkable(email(value), none), value).toBe(true);
    }
  });
});

test("the portal's own and what too many share never link, whatever alias it is written with", () => {
  const limits: LinkLimits = {
    own: ["+74951234567", "Sales@Example.com", "@corp.example.com"],
    shared: ["+79161112233", "reception@gmail.com"],
  };
  expect(linkRefusal(phone("+74951234567"), limits)).toBe("own");
  expect(linkRefusal(phone("+79161112233"), limits)).toBe("shared");
  expect(linkRefusal(phone("+79161112234"), limits)).toBeUndefined();
  expect(linkRefusal(email("sales+chat@example.com"), limits)).toBe("own");
  expect(linkRefusal(email("anybody@CORP.example.com"), limits)).toBe("own");
  expect(linkRefusal(email("anybody@notcorp.example.com"), limits)).toBeUndefined();
  expect(linkRefusal(email("r.ecep.tion@googlemail.com"), limits)).toBe("shared");
  expect(
    linkRefusal(email("r.ecep.tion@googlemail.com"), {
      ...limits,
      emailRules: { ...defaultEmailKeyRules, gmailDots: false },
    }),
  ).toBeUndefined();
});
