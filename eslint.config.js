import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Restricts what the files of one layer may import; see "Layers" in CONTRIBUTING.md. */
const layer = (files, patterns, message) => ({
  files,
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { patterns: [{ group: patterns, message, allowTypeImports: true }] },
    ],
  },
});

const emptyCatch = {
  selector: 'CatchClause > BlockStatement[body.length=0]',
  message: 'An empty catch hides failures.',
};

export default defineConfig(
  globalIgnores(['dist', '.cache']),
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', 'scripts/*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-syntax': ['error', emptyCatch],
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
  layer(
    ['src/contract.ts'],
    ['*'],
    'contract.ts is shared by every process and imports nothing that runs.',
  ),
  layer(
    ['src/amp/**'],
    ['@temporalio/*', '../*'],
    'amp/ is a client of the AMP API and knows nothing of Temporal or of its neighbours.',
  ),
  layer(
    ['src/sealing/**'],
    ['@temporalio/*', '../*'],
    'sealing/ is shared by whoever seals and whoever opens, and knows neither.',
  ),
  layer(
    ['src/workflows/**'],
    [
      'node:*',
      '../amp/*',
      '../activities/*',
      '../crews*',
      '../sealing/*',
      'valibot',
      'undici',
      'jose',
    ],
    'Workflow code is deterministic: contract.ts and @temporalio/workflow only.',
  ),
  {
    files: ['src/workflows/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        emptyCatch,
        {
          selector:
            'Program > VariableDeclaration[kind="let"], Program > ExportNamedDeclaration > VariableDeclaration[kind="let"]',
          message:
            'All runs of a worker share these modules: what belongs to a run goes into RunState.',
        },
      ],
    },
  },
  layer(
    ['src/testing/**'],
    ['../amp/*', '../contract*', '@temporalio/*'],
    'The simulated AMP is an independent reading of the API and shares no code with the client.',
  ),
);
