import type { Feature } from '@/ui/feature'

export const ivr: Feature = {
  pages: [
    {
      path: 'ivr',
      permission: 'ivr.edit',
      page: async () => (await import('./FlowsPage')).FlowsPage,
      navigation: { label: 'ivr.nav', group: 'telephony' },
    },
    {
      path: 'ivr/:name',
      permission: 'ivr.edit',
      page: async () => (await import('./FlowPage')).FlowPage,
    },
  ],
}
