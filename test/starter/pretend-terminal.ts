// Preloaded into a process: stderr, a pipe to the test, says that it is a terminal.
Object.assign(process.stderr, { isTTY: true, columns: 80, rows: 24 });
