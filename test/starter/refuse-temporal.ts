// Preloaded into a process: any import of a @temporalio module ends it with an error.
import { register } from 'node:module';

const hook = `
  export async function resolve(specifier, context, next) {
    if (specifier.startsWith('@temporalio/')) throw new Error('imported ' + specifier);
    return next(specifier, context);
  }
`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
