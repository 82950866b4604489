import { emailKey } from "./email-key.ts";

/**
 * By which an address is remembered that wants no letters made of templates: its mailbox, by the defaults and not by a
 * portal's rules, which change. What the public network does not know (a box of this machine, say) is compared as written.
 */
export const leaverKey = (address: string): string => emailKey(address) ?? address.trim().toLowerCase();
