// Boundaries of the page: what ESLint cannot see from one file. Runs in `npm run lint`.

/**
 * The doors of each feature: files that other features may import. Everything else of a feature is its own business.
 * A door is a file, not an index of files, so that a page loads no more than it uses.
 */
const DOORS = {
  alerts: ['AlertBar'],
  call: ['Desk'],
  category: ['CategoryPanel', 'danger', 'useCategoryNames'],
  curation: ['FlagMenu'],
  facts: ['FactsPanel', 'fields'],
  hints: ['HintsPanel'],
  ivr: ['DialoguePanel', 'words'],
  jobs: ['kind'],
  knowledge: ['Conflict', 'EntryEditor', 'EntryFields', 'EntryView', 'draft'],
  'knowledge-tests': ['DraftTests', 'DropPanel', 'EntryRun', 'HitTestPage', 'refusals'],
  'new-hires': ['StandingPanel', 'useHelp'],
  notices: ['CallNotices'],
  routing: ['reasons'],
  search: ['SearchBox', 'SearchResults', 'SearchSummary', 'useSearch'],
  session: ['useSession'],
  softphone: ['phone'],
  suggestions: [
    'CardItem',
    'CardView',
    'CaseList',
    'Folded',
    'LiveCards',
    'Outcomes',
    'ScriptActions',
    'evidence',
    'useCardBoard',
  ],
  summary: ['SummaryPanel'],
  training: ['CallSearch', 'ClipList', 'ClipTool', 'Measures'],
  transcript: ['TranscriptPanel'],
  'work-orders': ['CallOrderBar', 'SlotField'],
}

const doors = Object.entries(DOORS).map(([feature, files]) => `^src/features/${feature}/(${files.join('|')})\\.tsx?$`)

module.exports = {
  forbidden: [
    {
      name: 'feature-door',
      comment: 'A feature imports another one only through a door (DOORS in .dependency-cruiser.cjs).',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/' },
      to: { path: '^src/features/', pathNot: ['^src/features/$1/', ...doors] },
    },
    {
      name: 'lower-rooms',
      comment: 'ui, api, realtime and i18n serve every feature and know none.',
      severity: 'error',
      from: { path: '^src/(ui|api|realtime|i18n)/' },
      to: { path: '^src/(features/|App\\.tsx$|main\\.tsx$)' },
    },
    {
      name: 'api-below-pages',
      comment: 'What speaks to the server draws nothing.',
      severity: 'error',
      from: { path: '^src/(api|realtime)/' },
      to: { path: '^src/ui/' },
    },
    {
      name: 'one-list',
      comment: 'Only App.tsx knows all features; routes are no door.',
      severity: 'error',
      from: { pathNot: '^(src/App\\.tsx$|tests/)|\\.test\\.tsx?$' },
      to: { path: '^src/features/[^/]+/routes\\.tsx$' },
    },
    {
      name: 'no-circle',
      comment: 'Two files that need each other are one file, or a third one is missing.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-circle-of-features',
      comment: 'Two features that need each other share a part that belongs below both.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^src/features/[^/]+$' },
      to: { circular: true, path: '^src/features/[^/]+$' },
    },
    {
      name: 'no-orphan',
      comment: 'Nothing imports this file.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '\\.d\\.ts$' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|src/api/generated)/|\\.css$' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Types count as well: a type in the wrong feature is as much in the wrong place as a function.
    tsPreCompilationDeps: true,
  },
}
