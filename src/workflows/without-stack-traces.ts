/**
 * Loaded by the worker before the workflow. The SDK takes a stack trace of each promise, for the Web
 * UI's call stack, and keeps it as long as the promise is pending: 80 KB of each waiting run, and a
 * fifth of its worker's time. A run's details say what it waits for; what the traces of its errors
 * would say, a replay of its history says as well, with this file left out of the bundle.
 */
Error.stackTraceLimit = 0;
