import type { Feature } from '@/ui/feature'

export const call: Feature = {
  pages: [
    {
      path: 'calls/:callId',
      permission: 'calls.read_own',
      page: async () => (await import('./DeskPage')).DeskPage,
    },
  ],
}
