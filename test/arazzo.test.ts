import { describe, expect, it } from 'vitest';
import { startSimulatedAmp } from '../src/testing/index.js';
import { quickPolling, startCrewHarness } from './support/crew-harness.js';
import { runArazzo, runRedocly } from './support/redocly.js';

const arazzo = 'arazzo/kickoff-and-poll-until-complete.arazzo.yaml';
const openapi = 'arazzo/crewai-amp.openapi.yaml';

const input = { inputs: { topic: 'whales, and "quotes" = {$inputs.bearerToken}' } };

describe('the Arazzo file', () => {
  it.each([arazzo, openapi])(
    'is valid for Redocly, without a warning, as is the OpenAPI file that it calls: %s',
    async (file) => {
      const lint = await runRedocly(['lint', file, '--format', 'json']);
      expect(JSON.parse(lint.stdout)).toMatchObject({ totals: { errors: 0, warnings: 0 } });
      expect(lint.code).toBe(0);
    },
  );

  it.concurrent.each(['completed', 'error'] as const)(
    'makes the same requests and has the same outputs as the Temporal workflow: %s',
    async (outcome) => {
      const simulated = { dialect: 'documented', scenario: { polls: 3, outcome } } as const;

      const amp = await startSimulatedAmp({ ...simulated, token: 'arazzo-token' });
      const ran = await runArazzo(arazzo, {
        REDOCLY_CLI_RESPECT_WORKFLOW: 'kickoffAndPollUntilComplete',
        REDOCLY_CLI_RESPECT_SERVER: `crewaiAmp=${amp.url}`,
        REDOCLY_CLI_RESPECT_INPUT: JSON.stringify({ ...input, bearerToken: amp.token }),
      });
      expect(ran.code, ran.output).toBe(0);

      const crew = await startCrewHarness({ amp: simulated });
      const output = await crew.run({ ...input, polling: quickPolling });

      // The workflow says null where the file has no output; each has the id of its own kickoff.
      const present = Object.entries(output).filter(([, value]) => value !== null);
      const [ours, theirs] = [crew.amp.ledger, amp.ledger];
      expect(ran.outputs).toEqual({
        ...Object.fromEntries(present),
        kickoffId: theirs.kickoffs[0]?.kickoffId,
      });
      expect(output).toMatchObject({
        status: outcome,
        kickoffId: ours.kickoffs[0]?.kickoffId,
      });

      const order = ({ operation, answered }: (typeof theirs.requests)[number]) =>
        `${operation}: ${answered}`;
      expect(theirs.requests.map(order)).toEqual([
        'kickoff: accepted',
        'status: running',
        'status: running',
        `status: ${outcome}`,
        `status: ${outcome}`,
      ]);
      expect(ours.requests.map(order)).toEqual(theirs.requests.map(order));
      expect(ours.kickoffs[0]?.inputs).toEqual(theirs.kickoffs[0]?.inputs);

      // Masked in what Redocly writes down, because the file says that it is a password.
      expect(ran.output + ran.log).not.toContain(amp.token);

      await crew.stop();
      await amp.stop();
    },
  );
});
