import { styleText } from 'node:util';

/** Colours and weights of a terminal's text; each leaves the text alone where colours are off. */
export type Paint = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', Style>;
type Style = (text: string) => string;

export function createPaint(enabled: boolean): Paint {
  const style =
    (format: keyof Paint): Style =>
    (text) =>
      // The caller has looked at the stream and the environment already.
      enabled ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: style('bold'),
    dim: style('dim'),
    red: style('red'),
    green: style('green'),
    yellow: style('yellow'),
    cyan: style('cyan'),
  };
}
