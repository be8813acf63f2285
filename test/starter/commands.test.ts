import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { CrewRunOutput } from '../../src/contract.js';
import type { CrewHarness } from '../support/crew-harness.js';
import { startCrewHarness } from '../support/crew-harness.js';
import { runCommand, startCommand } from './command-line.js';

const task = { name: 'research_task', durationMs: 1, output: 'All about it' };

let crew: CrewHarness;
let env: Record<string, string>;
beforeAll(async () => {
  crew = await startCrewHarness({
    amp: {
      scenario: ({ inputs }) => ({
        tasks: [{ ...task, durationMs: inputs.slow === 'yes' ? 3_600_000 : 1 }],
        ...(inputs.fails === 'yes' && { outcome: 'error', error: 'the crew \u001b[31mfailed' }),
        ...(inputs.lost === 'yes' && { kickoff: { fault: { reset: true, accepted: true } } }),
      }),
    },
  });
  env = { TEMPORAL_ADDRESS: inject('temporalAddress'), TEMPORAL_TASK_QUEUE: crew.taskQueue };
});
afterAll(() => crew.stop());

const newId = (): string => `starter-${randomUUID()}`;
const run = (...args: string[]) => runCommand(args, { env });
const kickoffsOf = (id: string) =>
  crew.amp.ledger.kickoffs.filter(({ meta }) => {
    const temporal = meta?.temporal;
    return typeof temporal === 'object' && temporal !== null && 'workflowId' in temporal
      ? temporal.workflowId === id
      : false;
  });

describe.concurrent('run', () => {
  it('prints the output on stdout, all else on stderr, and exits with 0', async () => {
    const id = newId();
    const { exitCode, stdout, stderr } = await run('run', '--id', id, '--input', 'topic=AI');
    expect(exitCode).toBe(0);
    expect(stdout).toBe('All about it\n');
    expect(stderr).toContain(`run        ${id}`);
    expect(stderr).toContain('✔ completed in');
    expect(kickoffsOf(id)).toHaveLength(1);
    expect(kickoffsOf(id)[0]?.inputs).toEqual({ topic: 'AI' });
  });

  it('prints exactly the output of the contract with --json', async () => {
    const { exitCode, stdout } = await run('run', '--json');
    const output = JSON.parse(stdout) as CrewRunOutput;
    expect(exitCode).toBe(0);
    expect(output).toMatchObject({ status: 'completed', output: 'All about it', error: null });
  });

  it('starts the run with a summary and with the search attributes that the namespace has', async () => {
    const id = newId();
    await run('run', '--id', id, '--input', 'topic=AI', '--meta', 'ticket=private');
    const description = await crew.client.workflow.getHandle(id).describe();
    const [kickoff] = kickoffsOf(id);
    expect(await description.staticSummary()).toBe('default · topic=AI');
    expect(description.searchAttributes).toMatchObject({
      CrewName: ['default'],
      CrewStatus: ['completed'],
      CrewKickoffId: [kickoff?.kickoffId],
    });
  });

  it('shows the result of a run that has the id, and kicks off once', async () => {
    const id = newId();
    await run('run', '--id', id);
    const { exitCode, stdout, stderr } = await run('run', '--id', id, '--input', 'topic=other');
    expect(exitCode).toBe(0);
    expect(stdout).toBe('All about it\n');
    expect(stderr).toContain('A run with this id has ended');
    expect(kickoffsOf(id)).toHaveLength(1);
  });

  it('attaches to a run with the id that is under way, and kicks off once', async () => {
    const id = newId();
    const first = startCommand(['run', '--id', id, '--input', 'slow=yes'], { env });
    await first.untilStderr('running 0/1');
    const second = startCommand(['run', '--id', id, '--input', 'slow=yes'], { env });
    await second.untilStderr('running 0/1');
    expect(second.stderr()).toContain('A run with this id is under way');
    expect(kickoffsOf(id)).toHaveLength(1);

    await run('cancel', id);
    expect(await first.exitCode).toBe(1);
    expect(await second.exitCode).toBe(1);
    expect(second.stderr()).toContain('✘ The run was cancelled.');
    expect(second.stderr()).toContain(`run --kickoff-id ${kickoffsOf(id)[0]?.kickoffId}`);
  });

  it('starts a new run with --again, but only when the last one has ended', async () => {
    const id = newId();
    await run('run', '--id', id);
    expect((await run('run', '--id', id, '--again')).exitCode).toBe(0);
    expect(kickoffsOf(id)).toHaveLength(2);

    expect((await run('start', '--id', id, '--again', '--input', 'slow=yes')).exitCode).toBe(0);
    const { exitCode, stderr } = await run('run', '--id', id, '--again');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is still under way');
    await run('cancel', id);
  });

  it('exits with 1 when the crew ends in error, with the output document on stdout', async () => {
    const { exitCode, stdout, stderr } = await run('run', '--input', 'fails=yes', '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'error', output: null });
    expect(stderr).toMatch(/✘ The crew ended in error after \d+s: the crew failed/);
  });

  it('exits with 1 when the run fails, with type and message', async () => {
    const text = await run('run', '--crew', 'nobody');
    expect(text.exitCode).toBe(1);
    expect(text.stdout).toBe('');
    expect(text.stderr).toContain('CrewAI.UnknownCrew');
    expect(text.stderr).toContain('knows no crew "nobody"');

    const json = await run('run', '--input', 'fails=yes', '--on-crew-error', 'fail', '--json');
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      failure: {
        end: 'failed',
        type: 'CrewAI.CrewExecutionFailed',
        kickoffId: expect.any(String) as string,
      },
    });
  });

  it('says so when no worker serves the task queue, and goes on waiting', async () => {
    const id = newId();
    const queue = `nobody-${randomUUID()}`;
    const command = startCommand(['run', '--id', id, '--task-queue', queue], { env });
    await command.untilStderr(`waiting for a worker: none serves the task queue "${queue}"`);
    await crew.client.workflow.getHandle(id).terminate('the test is over');
    expect(await command.exitCode).toBe(1);
    expect(command.stderr()).toContain('✘ The run was terminated: the test is over');
  });

  it('redraws on a terminal, and leaves only the end', async () => {
    const id = newId();
    const args = ['run', '--id', id, '--input', 'slow=yes'];
    const command = startCommand(args, { env, terminal: 60 });
    await command.untilStderr('● running  ░░░░░░░░░░░░░░░░░░░░░░░░  0/1');
    await command.untilStderr('Ctrl-C detaches');
    command.interrupt();
    expect(await command.exitCode).toBe(130);
    await run('cancel', id);
  });

  it('detaches on Ctrl-C with 130, says how to attach again, and leaves the run alone', async () => {
    const id = newId();
    const address = inject('temporalAddress');
    const args = ['run', '--id', id, '--input', 'slow=yes', '--address', address];
    const command = startCommand(args, { env });
    await command.untilStderr('running 0/1');
    command.interrupt();
    expect(await command.exitCode).toBe(130);
    expect(command.stderr()).toContain('The run goes on.');
    expect(command.stderr()).toContain(`  temporal-crewai watch ${id} --address ${address}\n`);
    const { status } = await crew.client.workflow.getHandle(id).describe();
    expect(status.name).toBe('RUNNING');
    await run('cancel', id);
  });

  it('adopts a run that CrewAI knows already', async () => {
    const id = newId();
    await run('run', '--id', id);
    const kickoffId = kickoffsOf(id)[0]?.kickoffId ?? '';
    const { exitCode, stdout } = await run('run', '--kickoff-id', kickoffId);
    expect(exitCode).toBe(0);
    expect(stdout).toBe('All about it\n');
    expect(kickoffsOf(id)).toHaveLength(1);
  });
});

describe.concurrent('start, status, watch and result', () => {
  it('start returns at once, with the workflow id alone on stdout', async () => {
    const id = newId();
    const { exitCode, stdout, stderr } = await run('start', '--id', id, '--input', 'slow=yes');
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`${id}\n`);
    expect(stderr).toContain(`temporal-crewai watch ${id}`);

    const again = await run('start', '--id', id, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ workflowId: id, started: false });
    await run('cancel', id);
  });

  it('status tells how far a run is, and how it ended', async () => {
    const id = newId();
    const watched = startCommand(['run', '--id', id, '--input', 'slow=yes'], { env });
    await watched.untilStderr('running 0/1');
    const underWay = await run('status', id, '--json');
    expect(underWay.exitCode).toBe(0);
    expect(JSON.parse(underWay.stdout)).toMatchObject({
      workflowId: id,
      status: 'running',
      progress: { phase: 'polling', status: 'running', currentTask: 'research_task' },
      output: null,
    });
    expect((await run('status', id)).stdout).toContain('● running');

    await run('cancel', id);
    await watched.exitCode;
    const ended = await run('status', id, '--json');
    expect(ended.exitCode).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      status: 'cancelled',
      progress: null,
      failure: { end: 'cancelled' },
    });
    expect((await run('status', id)).stdout).toContain('✘ The run was cancelled.');
  });

  it('result prints the output without progress; watch and status find it, too', async () => {
    const id = newId();
    await run('start', '--id', id);
    const { exitCode, stdout, stderr } = await run('result', id);
    expect(exitCode).toBe(0);
    expect(stdout).toBe('All about it\n');
    expect(stderr).not.toContain('running');
    expect((await run('watch', id)).stdout).toBe('All about it\n');
    expect((await run('status', id)).stdout).toContain('✔ completed');
  });

  it('list shows runs with their crews’ status and kickoff ids', async () => {
    const id = newId();
    await run('run', '--id', id);
    const listed = async () => {
      const { stdout } = await run('list', '--json', '--limit', '100');
      return (JSON.parse(stdout) as { workflowId: string }[]).find(
        ({ workflowId }) => workflowId === id,
      );
    };
    // Visibility follows a moment later.
    await expect.poll(listed).toMatchObject({
      status: 'completed',
      crew: 'default',
      crewStatus: 'completed',
      kickoffId: kickoffsOf(id)[0]?.kickoffId,
    });
    expect((await run('list', '--limit', '1')).exitCode).toBe(0);
    expect((await run('list', '--limit', '0')).exitCode).toBe(2);
  });
});

describe.concurrent('a kickoff of unknown outcome', () => {
  async function startLost(id: string) {
    const command = startCommand(['run', '--id', id, '--input', 'lost=yes'], { env });
    await command.untilStderr('kickoff outcome unknown');
    return command;
  }

  it('says what to look for; adopt resolves it, once', async () => {
    const id = newId();
    const command = await startLost(id);
    await command.untilStderr(`temporal-crewai retry-kickoff ${id}`);
    expect(command.stderr()).toContain(`meta.temporal.workflowId is ${id}`);
    expect(command.stderr()).toContain(`temporal-crewai adopt ${id} KICKOFF_ID`);

    const kickoffId = kickoffsOf(id)[0]?.kickoffId ?? '';
    const adopted = await run('adopt', id, kickoffId, '--json');
    expect(adopted.exitCode).toBe(0);
    expect(JSON.parse(adopted.stdout)).toEqual({ workflowId: id, kickoffId });
    expect(await command.exitCode).toBe(0);
    expect(command.stdout()).toBe('All about it\n');
    expect(kickoffsOf(id)).toHaveLength(1);

    const late = await run('adopt', id, kickoffId);
    expect(late.exitCode).toBe(1);
    expect(late.stderr).toContain('there is no kickoff to resolve');
  });

  it('retry-kickoff kicks off once more', async () => {
    const id = newId();
    const command = await startLost(id);
    expect((await run('retry-kickoff', id)).exitCode).toBe(0);
    await expect.poll(() => kickoffsOf(id).length).toBe(2);
    await run('cancel', id);
    await command.exitCode;
  });

  it('is the only time for adopt and retry-kickoff: else the run’s reason and exit code 1', async () => {
    const id = newId();
    const command = startCommand(['run', '--id', id, '--input', 'slow=yes'], { env });
    await command.untilStderr('running 0/1');
    for (const args of [
      ['adopt', id, 'k-1'],
      ['retry-kickoff', id],
    ]) {
      const { exitCode, stderr } = await run(...args);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/refuses: .*polling/);
    }
    await run('cancel', id);
    await command.exitCode;
  });
});

describe.concurrent('a request that cannot be met', () => {
  it.each([['watch'], ['status'], ['result'], ['cancel'], ['retry-kickoff']])(
    'exits with 2 for an id that is not there: %s',
    async (command) => {
      const { exitCode, stdout, stderr } = await run(command, 'nobody-knows');
      expect(exitCode).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain('knows no run "nobody-knows"');
    },
  );

  it('exits with 2 for the id of another workflow type', async () => {
    const id = newId();
    const { client } = crew;
    const handle = await client.workflow.start('another', { workflowId: id, taskQueue: 'nobody' });
    for (const args of [
      ['watch', id],
      ['run', '--id', id],
    ]) {
      const { exitCode, stderr } = await run(...args);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('is a workflow of type another');
    }
    await handle.terminate();
  });

  it('exits with 2 for a namespace that is not there', async () => {
    const { exitCode, stderr } = await run('run', '--namespace', 'nowhere');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('has no namespace "nowhere"');
  });

  it('exits with 1 for the cancellation of a run that has ended', async () => {
    const id = newId();
    await run('run', '--id', id);
    const { exitCode, stderr } = await run('cancel', id);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('nothing is left to cancel');
  });

  it('exits with 3 when Temporal cannot be reached, with the address and what to do', async () => {
    // Port 1 is reserved: nothing listens there.
    const { exitCode, stdout, stderr } = await run('run', '--address', '127.0.0.1:1');
    expect(exitCode).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain('cannot be reached at 127.0.0.1:1: connect ECONNREFUSED');
    expect(stderr).toContain('--address or TEMPORAL_ADDRESS');
  });

  it.each(['', 'nowhere:port', 'http://localhost:7233'])(
    'exits with 2 for an address that is none: %j',
    async (address) => {
      const { exitCode, stderr } = await run('list', '--address', address);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("Temporal's configuration");
    },
  );

  it('exits with 2 for a Temporal configuration that cannot be read', async () => {
    const { exitCode, stderr } = await runCommand(['list'], {
      env: { TEMPORAL_CONFIG_FILE: import.meta.filename },
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Temporal's configuration");
  });
});
