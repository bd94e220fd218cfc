import type { Feature } from '@/ui/feature'

export const crew: Feature = {
  pages: [{ path: 'crew', permission: null, isPublic: true, page: async () => (await import('./CrewPage')).CrewPage }],
}
