import type { Feature } from '@/ui/feature'

import { NotificationBell } from './NotificationBell'

export const notifications: Feature = { pages: [], BarTool: NotificationBell }
