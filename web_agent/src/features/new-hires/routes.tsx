import type { Feature } from '@/ui/feature'

export const newHires: Feature = {
  pages: [
    {
      path: 'training/new-hires',
      permission: 'training.read_results',
      page: async () => (await import('./NewHiresPage')).NewHiresPage,
      navigation: { label: 'new_hires.nav', group: 'training' },
    },
  ],
}
