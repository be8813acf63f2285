import type { Duration } from '@temporalio/common';

/** A bare number would be milliseconds, which nobody means on a command line. */
export function parseDurationFlag(
  flag: string,
  text: string,
  mistakes: string[],
): Duration | undefined {
  if (isDuration(text)) return text;
  mistakes.push(`${flag} ${text}: write a number and a unit, such as 90s, 15m or 2h`);
  return undefined;
}

function isDuration(text: string): text is `${number}s` {
  const [, number] = /^(\d+(?:\.\d+)?)(?:ms|s|m|h|d)$/.exec(text) ?? [];
  return number !== undefined && Number(number) > 0;
}
