import type { Feature } from '@/ui/feature'

export const cases: Feature = {
  pages: [
    {
      path: 'cases/:caseId?',
      permission: 'knowledge.read',
      page: async () => (await import('./CasesPage')).CasesPage,
      navigation: { label: 'cases.nav', group: 'knowledge', chord: 'Alt+L' },
      landing: ['trainer'],
    },
    {
      path: 'cases/groups',
      permission: 'cases.edit',
      page: async () => (await import('./GroupsPage')).GroupsPage,
      command: 'cases.groups',
    },
    {
      path: 'cases/:caseId/edit',
      permission: 'cases.edit',
      page: async () => (await import('./EditCasePage')).EditCasePage,
    },
    {
      path: 'calls/:callId/case',
      permission: 'cases.make',
      page: async () => (await import('./CallCasePage')).CallCasePage,
    },
  ],
}
