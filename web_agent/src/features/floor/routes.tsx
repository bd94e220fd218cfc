import type { Feature } from '@/ui/feature'

export const floor: Feature = {
  pages: [
    {
      path: 'floor',
      permission: 'floor.watch',
      page: async () => (await import('./FloorPage')).FloorPage,
      navigation: { label: 'floor.nav', group: 'calls', chord: 'Alt+4' },
      landing: ['supervisor'],
    },
  ],
}
