/**
 * All sentences that the server's sources say, read from their syntax: every string that reads like one, except where the
 * place shows that no person gets it (log lines, descriptions of the API, errors that are bugs) or that its translations
 * stand beside it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

export interface SaidSentence {
  /** What stands between its gaps, in order: one part more than gaps. Gaps that touch are one. */
  readonly parts: readonly string[];
  /** `src/relay/files.ts:76`. */
  readonly at: string;
}

export interface Said {
  /** What reads like a sentence. */
  readonly sentences: readonly SaidSentence[];
  /** Every string there is: words that stand in gaps are among them. */
  readonly strings: readonly SaidSentence[];
}

/** @param isOut files that say nothing to people, or in their own languages */
export function collectSaid(root: string, folders: readonly string[], isOut: (path: string) => boolean): Said {
  const sentences: SaidSentence[] = [];
  const strings: SaidSentence[] = [];
  for (const path of folders.flatMap((folder) => filesOf(root, folder))) {
    if (isOut(path)) continue;
    const file = ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      const parts = partsOf(node);
      if (parts && !isTranslated(node)) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        const said = { parts, at: `${path}:${line + 1}` };
        strings.push(said);
        if ((readsLikeASentence(parts) || isCalledSentence(node)) && !isForNobody(node)) sentences.push(said);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return { sentences, strings };
}

const filesOf = (root: string, folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();

function partsOf(node: ts.Node): string[] | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (!ts.isTemplateExpression(node)) return undefined;
  const parts = [node.head.text, ...node.templateSpans.map((span) => span.literal.text)];
  return parts.filter((part, index) => part !== "" || index === 0 || index === parts.length - 1);
}

/** Words that begin as a sentence does, or go on after one, and hold the end of one. Joined ones (`${a} ${b}`) have none. */
function readsLikeASentence(parts: readonly string[]): boolean {
  const whole = parts.join("{}");
  return (
    /^(["“( ]|\{\})*([A-Z]|\{\})/.test(whole) &&
    /[a-z] [A-Za-z{“"@].*[.!?…]["”)]?( |\{\}|$)/s.test(whole) &&
    /[a-z]{2}/.test(parts.join(" "))
  );
}

/** `sentence: "Connected."` is one, whatever it looks like, and so is what a schema says of a wrong value. */
function isCalledSentence(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isCallExpression(parent))
    return parent.arguments.indexOf(node as ts.Expression) > 0 && JUDGES.test(parent.expression.getText());
  if (!ts.isPropertyAssignment(parent)) return false;
  const name = parent.name.getText();
  return name === "sentence" || (["message", "error"].includes(name) && isGivenToSchema(parent.parent));
}

const JUDGES = /[.](regex|refine|min|max)$/;
const isGivenToSchema = ({ parent }: ts.Node): boolean =>
  ts.isCallExpression(parent) && /[.]addIssue$|^z[.]/.test(parent.expression.getText());

/** `{ en: "…", ru: "…", es: "…" }`. */
const isTranslated = (node: ts.Node): boolean =>
  someAround(node, (one) => ts.isPropertyAssignment(one) && ["en", "ru", "es"].includes(one.name.getText()));

const UNHEARD_CALLS = /(^|[.])(describe|info|warn|debug|error|fatal|trace)$/;
/** `reason`: why a request was turned away, told to whoever sent it: a vendor's server. */
const UNHEARD_KEYS = ["description", "summary", "reason"];

const isForNobody = (node: ts.Node): boolean =>
  someAround(node, (one, inner) => {
    if (ts.isCallExpression(one)) return inner !== one.expression && UNHEARD_CALLS.test(one.expression.getText());
    if (ts.isNewExpression(one)) return /^(Type|Range)?Error$/.test(one.expression.getText());
    return ts.isPropertyAssignment(one) && UNHEARD_KEYS.includes(one.name.getText());
  });

/** Whether one of the nodes around this one, up to its statement, is such; `inner` is the one on the way to it. */
function someAround(node: ts.Node, isSuch: (one: ts.Node, inner: ts.Node) => boolean): boolean {
  for (let inner = node; inner.parent && !ts.isSourceFile(inner.parent); inner = inner.parent)
    if (isSuch(inner.parent, inner)) return true;
  return false;
}
