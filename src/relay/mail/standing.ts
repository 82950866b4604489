/** Whether a letter of which a copy came stands in its card already, as far as the boxes that have it show it there. Pure. */
import type { Account } from "../../domain/account.ts";
import type { ToldLetter } from "../../store/contract/bcc.ts";
import { ownerOf, showingOf } from "../crm/letters.ts";

export interface ToldIn extends ToldLetter {
  /** Where it was met. Absent: the account is gone by now. */
  readonly box: Pick<Account, "settings"> | undefined;
}

/** Whose copy it is: an employee's (absent: of any of them), and the address that they have proved to write from. */
export interface CopyOf {
  readonly user: string | undefined;
  readonly sender: string;
}

export type Standing =
  /** Its card shows it, or as much of it as its owner lets it. */
  | { readonly kind: "shown" }
  /** It waits in the sender's own personal box: what it is lacking is their word. */
  | { readonly kind: "theirs"; readonly letter: ToldLetter }
  /**
   * No card has anything of it. `hidden`: it lies in other people's boxes, and stays there: the copy is a letter of its own,
   * because whoever knows what a colleague's letter is called must not get that letter shown.
   */
  | { readonly kind: "nowhere"; readonly hidden: readonly ToldLetter[] };

export function standingOf(told: readonly ToldIn[], { user, sender }: CopyOf): Standing {
  const isTheirs = ({ box }: ToldIn): boolean => {
    if (box === undefined) return false;
    const { address } = box.settings;
    return ownerOf(box) === user || (typeof address === "string" && address.toLowerCase() === sender.toLowerCase());
  };
  const showing = ({ box }: ToldIn) => (box === undefined ? "whole" : showingOf(box));
  if (told.some((one) => showing(one) === "whole")) return { kind: "shown" };
  const own = told.find(isTheirs);
  if (own) return { kind: "theirs", letter: own };
  if (told.some((one) => showing(one) === "subject")) return { kind: "shown" };
  return { kind: "nowhere", hidden: told };
}
