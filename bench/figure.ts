/** One line of the table: what was counted or compared in this run, and what it is held against. */
export interface Figure {
  name: string;
  measured: string;
  goal: string;
  ok: boolean;
}

const HEADER = ['', 'measured', 'goal', ''] as const;

/** The table, as lines of text. */
export function toTable(figures: readonly Figure[]): string[] {
  const rows = [
    HEADER,
    ...figures.map(({ name, measured, goal, ok }) => [name, measured, goal, ok ? 'ok' : 'missed']),
  ];
  const widths = HEADER.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const [head, ...body] = rows.map(line);
  return [head ?? '', widths.map((width) => '-'.repeat(width)).join('  '), ...body];
}

/** The middle one, or the mean of the two in the middle. */
export function toMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error('There is no median of nothing');
  return (lower + upper) / 2;
}
