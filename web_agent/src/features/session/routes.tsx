import type { Feature } from '@/ui/feature'

export const session: Feature = {
  pages: [
    {
      path: 'password',
      permission: null,
      page: async () => (await import('./OwnPasswordPage')).OwnPasswordPage,
      command: 'password.change',
    },
  ],
}
