/** Answers of `GET /status/{kickoff_id}` as both dialects give them, with each of their fields. */

const progress = {
  unit: 'task',
  completed: 1,
  total: 3,
  remaining: 2,
  current: 'research_task',
  current_agent: 'Researcher',
  started_at: '2026-10-01T12:00:00Z',
  updated_at: '2026-10-01T12:00:40Z',
  duration_seconds: 40.5,
};
const live = {
  state: 'RUNNING',
  status: 'Task is Running',
  result: null,
  result_json: null,
  usage_metrics: null,
  progress,
  last_executed_task: { name: 'research_task', output: 'an intermediate one', meta: {} },
};

export const STATUS_EXAMPLES: Record<string, unknown>[] = [
  { status: 'running', current_task: 'a', progress: { completed_tasks: 1, total_tasks: 3 } },
  {
    status: 'completed',
    result: { output: 'Report', tasks: [{ task_id: 't', output: 'o', execution_time: 45.2 }] },
    execution_time: 108.5,
  },
  { status: 'error', error: 'Rate limit', execution_time: 23.1 },
  live,
  { ...live, state: 'PENDING', status: 'Task is pending', progress: null },
  {
    ...live,
    state: 'SUCCESS',
    status: null,
    result: '{"title":"AI"}',
    result_json: { title: 'AI' },
    usage_metrics: { total_tokens: 12, prompt_tokens: 8 },
  },
  { ...live, state: 'FAILED', status: 'ValueError: no' },
  { ...live, state: 'REVOKED', status: null },
  { ...live, state: 'PAUSED', status: 'Waiting for feedback' },
  { state: 'NOT FOUND', status: 'Task not found' },
];
