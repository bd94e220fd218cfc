import type { Feature } from '@/ui/feature'

export const calls: Feature = {
  pages: [
    {
      path: 'calls',
      permission: 'calls.read_own',
      page: async () => (await import('./CallsPage')).CallsPage,
      navigation: { label: 'calls.nav', group: 'calls', chord: 'Alt+C' },
      landing: ['agent'],
    },
  ],
}
