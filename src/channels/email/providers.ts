import type { ServerPlace } from "./servers.ts";

/**
 * Providers whose servers need no looking up, and what they want of a program's sign-in. Servers: Mozilla's list
 * (github.com/thunderbird/autoconfig, November 2026); iCloud and Fastmail: their help pages.
 */
export interface Provider {
  readonly id: string;
  readonly domains: readonly string[];
  /** Ends of the mail servers' names that customers' own domains have there (MX). */
  readonly exchangers?: readonly string[];
  readonly imap: ServerPlace;
  readonly smtp: ServerPlace;
  /** What to do when it does not take the password. */
  readonly refused: string;
  /** It takes no passwords at all. */
  readonly noPasswords?: boolean;
}

const tls = (host: string, port: number): ServerPlace => ({ host, port, security: "tls" });
const starttls = (host: string, port: number): ServerPlace => ({ host, port, security: "starttls" });
const at = (imap: string, smtp: string) => ({ imap: tls(imap, 993), smtp: tls(smtp, 465) });

export const providers: readonly Provider[] = [
  {
    id: "gmail",
    domains: ["gmail.com", "googlemail.com"],
    exchangers: ["google.com", "googlemail.com"],
    ...at("imap.gmail.com", "smtp.gmail.com"),
    refused:
      "Google did not take the password. It wants an app password: turn on 2-Step Verification in the Google account, make one at myaccount.google.com/apppasswords and type it here. In a company's Google Workspace its administrator may have to allow IMAP first.",
  },
  {
    id: "microsoft",
    domains: [
      ...["outlook.com", "hotmail.com", "live.com", "msn.com", "windowslive.com", "outlook.de", "outlook.es"],
      ...["outlook.fr", "hotmail.es", "hotmail.fr", "hotmail.de", "hotmail.co.uk", "live.ru"],
    ],
    exchangers: ["mail.protection.outlook.com", "olc.protection.outlook.com", "mx.microsoft"],
    imap: tls("outlook.office365.com", 993),
    smtp: starttls("smtp.office365.com", 587),
    noPasswords: true,
    refused:
      "Microsoft takes no passwords from programs any more, not even app passwords. Sign in at Microsoft in the settings of this mailbox; where that is not offered, the operator of this server has to set MICROSOFT_CLIENT_ID first.",
  },
  {
    id: "yandex",
    domains: [
      ...["yandex.ru", "yandex.com", "ya.ru", "yandex.by", "yandex.kz", "yandex.ua", "yandex.net", "narod.ru"],
      ...["yandex.uz", "yandex.com.tr"],
    ],
    exchangers: ["yandex.net", "yandex.ru"],
    ...at("imap.yandex.com", "smtp.yandex.com"),
    refused:
      "Yandex did not take the password. It wants an app password: allow access by IMAP in the mail's settings under “Email clients”, make an app password of the type “Mail” at id.yandex.ru/security/app-passwords and type it here.",
  },
  {
    id: "mailru",
    domains: ["mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru", "corp.mail.ru"],
    exchangers: ["mail.ru"],
    ...at("imap.mail.ru", "smtp.mail.ru"),
    refused:
      "Mail.ru did not take the password. It wants a password for external applications: make one at account.mail.ru/user/2-step-auth/passwords with full access to mail, and type it here.",
  },
  {
    id: "rambler",
    domains: ["rambler.ru", "lenta.ru", "autorambler.ru", "myrambler.ru", "ro.ru", "rambler.ua"],
    ...at("imap.rambler.ru", "smtp.rambler.ru"),
    refused:
      "Rambler did not take the password. Allow access by mail programs in the settings of the box at mail.rambler.ru, then type the password again.",
  },
  {
    id: "icloud",
    domains: ["icloud.com", "me.com", "mac.com"],
    exchangers: ["mail.icloud.com"],
    imap: tls("imap.mail.me.com", 993),
    smtp: starttls("smtp.mail.me.com", 587),
    refused:
      "Apple did not take the password. It wants an app-specific password: make one at account.apple.com under “Sign-In and Security” and type it here.",
  },
  {
    id: "yahoo",
    domains: [
      ...["yahoo.com", "yahoo.es", "yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.co.uk", "yahoo.ca", "yahoo.com.mx"],
      ...["yahoo.com.ar", "yahoo.com.br", "ymail.com", "rocketmail.com", "myyahoo.com"],
    ],
    exchangers: ["yahoodns.net"],
    ...at("imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
    refused:
      "Yahoo did not take the password. It wants an app password: make one in the account's settings under “Security” and type it here.",
  },
  {
    id: "aol",
    domains: ["aol.com", "aol.de", "aol.es", "aol.fr", "aol.co.uk", "aim.com"],
    ...at("imap.aol.com", "smtp.aol.com"),
    refused:
      "AOL did not take the password. It wants an app password: make one in the account's settings under “Security” and type it here.",
  },
  {
    id: "gmx",
    domains: ["gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.eu"],
    ...at("imap.gmx.net", "mail.gmx.net"),
    refused:
      "GMX did not take the password. Allow access by IMAP in the box's settings under “POP3 & IMAP”; with two-factor sign-in it wants an app password.",
  },
  {
    id: "gmx",
    domains: ["gmx.com", "gmx.es", "gmx.fr", "gmx.us", "gmx.co.uk", "gmx.it", "gmx.ru"],
    ...at("imap.gmx.com", "mail.gmx.com"),
    refused:
      "GMX did not take the password. Allow access by IMAP in the box's settings under “POP3 & IMAP”; with two-factor sign-in it wants an app password.",
  },
  {
    id: "zoho",
    domains: ["zoho.com", "zohomail.com"],
    exchangers: ["zoho.com"],
    ...at("imap.zoho.com", "smtp.zoho.com"),
    refused:
      "Zoho did not take the password. Allow access by IMAP in the box's settings under “Mail Accounts”; with two-factor sign-in it wants an app password from accounts.zoho.com.",
  },
  {
    id: "zoho",
    domains: ["zoho.eu", "zohomail.eu"],
    exchangers: ["zoho.eu"],
    ...at("imap.zoho.eu", "smtp.zoho.eu"),
    refused:
      "Zoho did not take the password. Allow access by IMAP in the box's settings under “Mail Accounts”; with two-factor sign-in it wants an app password from accounts.zoho.com.",
  },
  {
    id: "fastmail",
    domains: ["fastmail.com", "fastmail.fm"],
    exchangers: ["messagingengine.com"],
    ...at("imap.fastmail.com", "smtp.fastmail.com"),
    refused:
      "Fastmail did not take the password. It wants an app password: make one in the settings under “Privacy & Security” and type it here.",
  },
];

export const providerOfDomain = (domain: string): Provider | undefined =>
  providers.find(({ domains }) => domains.includes(domain));

/** By the server that takes a domain's mail, as its MX record names it. */
export function providerOfExchanger(exchanger: string): Provider | undefined {
  const name = exchanger.toLowerCase().replace(/\.$/, "");
  return providers.find(({ exchangers = [] }) => exchangers.some((end) => name === end || name.endsWith(`.${end}`)));
}

export const providerNamed = (id: string | undefined): Provider | undefined =>
  providers.find((provider) => provider.id === id);
