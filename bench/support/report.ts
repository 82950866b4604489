import { cpus, totalmem } from "node:os";

/** One line of the table: what was measured, and whether the target is met. */
export interface Finding {
  readonly figure: string;
  /** The store, or what else sets this line apart. */
  readonly setting: string;
  readonly measured: string;
  readonly target: string;
  readonly met: boolean;
  /** How it came about: single runs, what else was seen. Each a sentence or a short list. */
  readonly notes: readonly string[];
  /** The same in numbers, for `--json`. */
  readonly data: Readonly<Record<string, number | readonly number[]>>;
}

export interface Figure {
  /** As it is called on the command line. */
  readonly name: string;
  /** What one line of the table is about, in words. */
  readonly title: string;
  run(size: Size): Promise<readonly Finding[]>;
}

/** `tiny` proves that a figure runs; its numbers mean nothing. `long` adds what takes more than ten minutes. */
export type Size = "tiny" | "full" | "long";

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cores: processors.length,
    processor: processors[0]?.model.trim() ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** The findings as a plain table, notes below their line. */
export function renderTable(findings: readonly Finding[]): string {
  const header = ["figure", "setting", "measured", "target", ""];
  const rows = findings.map((one) => [one.figure, one.setting, one.measured, one.target, one.met ? "met" : "NOT met"]);
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const lines = [line(header), line(widths.map((width) => "-".repeat(width)))];
  for (const [index, row] of rows.entries()) {
    lines.push(line(row));
    for (const note of findings[index]?.notes ?? []) lines.push(`    ${note}`);
  }
  return lines.join("\n");
}

export const round = (value: number, digits = 0): string => value.toFixed(digits);
export const list = (values: readonly number[], digits = 0): string =>
  values.map((value) => round(value, digits)).join(", ");
