/**
 * What a foreign mail server is answered, and what the employee then reads in the report that it makes of that. In English and
 * ASCII: an SMTP server may say nothing else to a client that has not agreed to more (RFC 5321, 2.4). A line is shorter than
 * 512 octets (4.5.3.1.5). The second number is that of RFC 3463.
 */
export interface SmtpAnswer {
  readonly code: number;
  readonly text: string;
}

const said = (code: number, text: string): SmtpAnswer => ({ code, text });

export const TAKEN = "2.0.0 Taken into the customer's card";
export const KNOWN = "2.0.0 This letter stands in the customer's card already";

export const NO_SENDER = said(
  550,
  "5.7.1 This address takes letters of employees to their customers, and no reports or automatic mail",
);
export const NO_RELAY = said(550, "5.7.1 This server takes mail for its own addresses only and relays none");
export const UNKNOWN = said(
  550,
  "5.1.1 There is no such address. If you had it from Threadline, it was renewed: copy the new one from there",
);
export const ONE_AT_A_TIME = said(452, "4.5.3 One recipient at a time; send the next one separately");
export const TOO_MANY = said(421, "4.7.0 Too much at once from your server. Try again later");
export const TOO_MANY_LETTERS = said(451, "4.7.1 Too many letters to this address at once. Try again later");
export const TOO_LARGE = said(552, "5.3.4 The letter is larger than 30 MB. Leave large files out of the copy");
export const LATER = said(451, "4.3.0 It cannot be stored just now. Try again later");
export const BUSY = said(451, "4.3.2 This letter is being taken from a mailbox just now. Try again later");
export const CANNOT_TELL = said(451, "4.4.3 The sender cannot be checked just now. Try again later");

export const AUTOMATIC = said(
  550,
  "5.7.1 This is no letter that a person wrote (an automatic answer, a report or a receipt), so it was not put into a card",
);
export const NOT_ONE_FROM = said(550, "5.6.0 The letter has to name exactly one sender in its From field");
export const NO_CUSTOMER = said(
  550,
  "5.6.0 No customer is named in To or Cc. Put this address into Bcc of a letter to a customer; to add a letter that came to you, " +
    "forward it as an attachment",
);
export const NOT_A_LETTER = said(
  550,
  "5.6.0 What is attached is no letter of a customer that can be put into a card: it has no sender, or no person wrote it",
);

/** @param domain of the address in From */
export const unproved = (domain: string): SmtpAnswer =>
  said(
    550,
    `5.7.26 It is not proved that this letter comes from ${ascii(domain)}. Send it through that domain's own mail server, and ask whoever ` +
      "runs it for DKIM signatures or an SPF record that names the server",
  );

export const notTheirs = (address: string): SmtpAnswer =>
  said(
    550,
    `5.7.1 ${ascii(address)} is not known as an address of this employee. Send from the address in your Bitrix24 profile, or confirm this ` +
      "one in Threadline (workplace, Copy mail to the CRM) and send the letter again",
  );

const ascii = (text: string): string => text.replace(/[^!-~]/g, "?").slice(0, 120);
