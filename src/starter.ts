#!/usr/bin/env node
import process from 'node:process';
import { EXIT } from './starter/exit-codes.js';
import { toInvocation } from './starter/invocation.js';
import { runStarter } from './starter/run-starter.js';

const interrupt = new AbortController();
process.on('SIGINT', () => {
  // Whoever presses Ctrl-C again wants the process to end at once.
  if (interrupt.signal.aborted) process.exit(EXIT.detached);
  interrupt.abort();
});

// `… | head` closes the pipe early: no failure of this program, and nobody is left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

const exitCode = await runStarter(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  invocation: toInvocation(process.argv[1] ?? 'temporal-crewai', process.env),
  interrupted: interrupt.signal,
  onInterrupt: null,
  exitCode: 0,
});
process.exitCode = exitCode;
// A detached command still waits for the run that it followed.
if (interrupt.signal.aborted) process.exit();
