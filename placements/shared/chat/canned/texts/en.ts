import type { Plural, Translated } from "../../../texts/plural.ts";

export const en = {
  about: "Type / and the shortcut where you write; the text is put in. Yours are for you alone.",
  aboutAll: "Agents type / and the shortcut where they write, and the text is put in. These are for everybody.",
  search: "Find a reply",
  addOwn: "Add one of my own",
  addAll: "Add one for everybody",
  isOwn: "For you alone",
  isAll: "For everybody",
  own: "Mine",
  all: "Everybody's",
  shortcut: "Shortcut",
  shortcutHelp: "One word: letters, digits, - and _.",
  text: "Text",
  gaps: "Put in:",
  "gap.name": "customer's name",
  "gap.agent": "agent's name",
  "gap.company": "company",
  "gap.unsubscribe": "in e-mail: link to unsubscribe",
  deleted: "/{shortcut} is deleted.",
  empty: "There are no canned replies yet",
  emptyText: "Keep what you write again and again: opening hours, how to pay, a thank you.",
  noMatch: "No reply has these words.",
  change: "Change /{shortcut}",
  remove: "Delete /{shortcut}",

  folder: "Folder",
  folderAdd: "New folder",
  folderName: "Name of the folder",
  folderWhose: "Who sees the folder",
  folderNone: "In no folder",
  folderRename: "Rename the folder {name}",
  folderRemove: "Delete the folder {name}",
  folderAsk: {
    one: "{count} reply lies in this folder. What becomes of it?",
    other: "{count} replies lie in this folder. What becomes of them?",
  },
  folderKeep: "Keep, in no folder",
  folderWithAll: "Delete, too",
  folderDeleted: "The folder {name} is deleted.",
  folderEmpty: "Nothing lies here yet. Drag a reply here, or use its folder button.",
  move: "Put /{shortcut} into another folder",
  moved: "/{shortcut} lies in {folder} now.",
  movedOut: "/{shortcut} lies in no folder now.",
} as const satisfies Readonly<Record<string, string | Plural>>;

export type CannedPlural = "folderAsk";
export type CannedKey = Exclude<keyof typeof en, CannedPlural>;
export type CannedTexts = Translated<typeof en>;
