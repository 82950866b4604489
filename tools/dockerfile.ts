/** Reads the part of the Dockerfile and .dockerignore languages that this repository uses, and refuses the rest. */
import { z } from "zod";

export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

export interface Stage {
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

const known = new Set(["ARG", "WORKDIR", "ENV", "COPY", "RUN", "USER", "EXPOSE", "VOLUME", "HEALTHCHECK", "CMD"]);
const ExecForm = z.array(z.string()).min(1);

/** @throws on an instruction that is not understood: a step that is skipped in silence proves nothing */
export function readDockerfile(text: string): Stage[] {
  const lines = text
    .replace(/\\\n/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const stages: { name: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [name = "", ...words] = line.split(/\s+/);
    const rest = line.slice(name.length).trim();
    const stage = stages.at(-1);
    if (name === "FROM") stages.push({ name: stageName(words, stages.length), instructions: [] });
    else if (!known.has(name) || stage === undefined) throw new Error(`Not understood: ${line}`);
    else stage.instructions.push({ name, rest });
  }
  return stages;
}

function stageName(words: readonly string[], index: number): string {
  const as = words.findIndex((word) => word.toUpperCase() === "AS");
  return (as === -1 ? undefined : words[as + 1]) ?? String(index);
}

/** `ARG name=default`: what a RUN after it sees when the build is not told otherwise. */
export function readArgument(rest: string): readonly [name: string, value: string] {
  const [, name, value] = /^(\w+)=(\S*)$/.exec(rest) ?? [];
  if (name === undefined || value === undefined)
    throw new Error(`Only an argument with a default is understood: ${rest}`);
  return [name, value];
}

/** The command of `CMD [...]` or `HEALTHCHECK … CMD [...]`; only the form without a shell is taken. */
export function readCommand(rest: string): string[] {
  const start = rest.indexOf("[");
  if (start === -1) throw new Error(`Only the list form is understood: ${rest}`);
  return ExecForm.parse(JSON.parse(rest.slice(start)));
}

export interface Copy {
  /** Stage to copy from; absent = the build context. */
  readonly stage: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export function readCopy(rest: string): Copy {
  const words = rest.split(/\s+/);
  const options = words.filter((word) => word.startsWith("--"));
  const unknown = options.find((option) => !option.startsWith("--from="));
  if (unknown !== undefined) throw new Error(`Not understood: COPY ${unknown}`);
  const paths = words.filter((word) => !word.startsWith("--"));
  const target = paths.at(-1);
  if (target === undefined || paths.length < 2) throw new Error(`Not understood: COPY ${rest}`);
  return { stage: options[0]?.slice("--from=".length), sources: paths.slice(0, -1), target };
}

/**
 * A judge of paths (relative, with slashes): does .dockerignore leave this one in the build context? The last pattern
 * that matches the path or a folder above it decides.
 */
export function readDockerignore(text: string): (path: string) => boolean {
  const patterns = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ keep: line.startsWith("!"), pattern: toPattern(line.replace(/^!/, "").replace(/\/+$/, "")) }));
  return (path) => {
    const parts = path.split("/");
    const above = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
    const last = patterns.findLast(({ pattern }) => above.some((each) => pattern.test(each)));
    return last === undefined || last.keep;
  };
}

/** Docker's `*` takes names that start with a dot, which Node's own glob matching does not. */
function toPattern(glob: string): RegExp {
  const steps = { "**": ".*", "*": "[^/]*", "?": "[^/]" };
  const source = glob.replace(/[*]{2}|[*?]|[.+^${}()|[\]\\]/g, (part) =>
    part in steps ? steps[part as keyof typeof steps] : `\\${part}`,
  );
  return new RegExp(`^${source}$`);
}
