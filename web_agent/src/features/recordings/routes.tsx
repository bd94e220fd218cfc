import type { Feature } from '@/ui/feature'

export const recordings: Feature = {
  pages: [
    {
      path: 'recordings',
      permission: 'recordings.hold',
      page: async () => (await import('./RecordingsPage')).RecordingsPage,
      navigation: { label: 'recording.nav', group: 'telephony' },
    },
  ],
}
