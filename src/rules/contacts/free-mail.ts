/**
 * Domains whose mailboxes are everybody's: an address there tells nothing of a company. The large services and their national
 * domains, by their own sign-up pages (November 2026); a provider that is missing costs a wrong guess that a person can move.
 */
const DOMAINS: ReadonlySet<string> = new Set([
  ...["gmail.com", "googlemail.com"],
  ...["outlook.com", "hotmail.com", "live.com", "msn.com", "windowslive.com", "passport.com"],
  ...["outlook.de", "outlook.es", "outlook.fr", "outlook.it", "outlook.com.br", "outlook.com.ar"],
  ...[
    "hotmail.de",
    "hotmail.es",
    "hotmail.fr",
    "hotmail.it",
    "hotmail.co.uk",
    "live.ru",
    "live.de",
    "live.fr",
    "live.co.uk",
  ],
  ...[
    "yahoo.com",
    "ymail.com",
    "rocketmail.com",
    "yahoo.es",
    "yahoo.de",
    "yahoo.fr",
    "yahoo.it",
    "yahoo.co.uk",
    "yahoo.co.in",
  ],
  ...["yahoo.com.br", "yahoo.com.mx", "yahoo.com.ar", "yahoo.co.jp", "aol.com", "aim.com"],
  ...["icloud.com", "me.com", "mac.com"],
  ...[
    "yandex.ru",
    "ya.ru",
    "yandex.com",
    "yandex.by",
    "yandex.kz",
    "yandex.ua",
    "yandex.uz",
    "yandex.com.tr",
    "narod.ru",
  ],
  ...["mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru", "xmail.ru", "mail.ua"],
  ...["rambler.ru", "lenta.ru", "autorambler.ru", "myrambler.ru", "ro.ru", "rambler.ua"],
  ...["ukr.net", "i.ua", "meta.ua", "bigmir.net", "tut.by", "mail.kz", "mail.by"],
  ...[
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "gmx.at",
    "gmx.ch",
    "web.de",
    "t-online.de",
    "freenet.de",
    "mail.com",
    "posteo.de",
  ],
  ...[
    "proton.me",
    "protonmail.com",
    "pm.me",
    "tutanota.com",
    "tuta.io",
    "fastmail.com",
    "zoho.com",
    "zohomail.eu",
    "hey.com",
  ],
  ...[
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "laposte.net",
    "sfr.fr",
    "libero.it",
    "virgilio.it",
    "tiscali.it",
    "alice.it",
  ],
  ...["terra.com.br", "uol.com.br", "bol.com.br", "terra.es", "telefonica.net"],
  ...["comcast.net", "verizon.net", "att.net", "sbcglobal.net", "btinternet.com", "sky.com", "bigpond.com", "shaw.ca"],
  ...["qq.com", "163.com", "126.com", "sina.com", "naver.com", "daum.net", "hanmail.net", "rediffmail.com"],
  ...["seznam.cz", "centrum.cz", "wp.pl", "o2.pl", "onet.pl", "interia.pl", "abv.bg", "op.pl"],
]);

/** What follows the sign in an address, in lower case; "" when there is none. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase();

export const isFreeMail = (domain: string): boolean => DOMAINS.has(domain);

/** Boxes that companies put into their own cards: the portal's search takes whole addresses alone. */
const ROLES = ["info", "office", "sales", "contact", "mail", "hello", "support", "order", "orders", "service"];

export const roleBoxes = (domain: string): readonly string[] => ROLES.map((role) => `${role}@${domain}`);
