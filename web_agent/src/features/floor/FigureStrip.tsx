import type { FloorView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { clockTime, percent } from '@/ui/format'

import { figuresOf } from './figures'
import { useSince } from './time'

/** The figures that are read from across the room. */
export function FigureStrip({ floor }: { floor: FloorView }) {
  const { t } = useTranslation()
  const since = useSince()
  const { waiting, longestSince, ready, level } = figuresOf(floor)
  const longest = since(longestSince)
  const none = t('floor.none_yet')
  const hasExchange = floor.exchange !== 'none'
  const hint = t('floor.level_hint', { minutes: floor.window_minutes, seconds: floor.target_seconds })
  return (
    <dl className="floor__figures" aria-label={t('floor.figures')}>
      <Figure name={t('floor.figure_calls')} value={String(floor.calls.length)} />
      <Figure name={t('floor.figure_alerts')} value={String(floor.alerts.length)} isDanger={floor.alerts.length > 0} />
      <Figure name={t('floor.figure_waiting')} value={hasExchange ? String(waiting) : none} isWaiting={waiting > 0} />
      <Figure name={t('floor.figure_longest')} value={longest === null ? none : clockTime(longest)} />
      <Figure name={t('floor.figure_ready')} value={hasExchange ? String(ready) : none} />
      <Figure name={t('floor.figure_level')} value={level === null ? none : percent(level)} hint={hint} />
    </dl>
  )
}

interface FigureProps {
  name: string
  value: string
  hint?: string
  isDanger?: boolean
  isWaiting?: boolean
}

function Figure({ name, value, hint, isDanger = false, isWaiting = false }: FigureProps) {
  const tone = isDanger ? 'floor__figure--danger' : isWaiting ? 'floor__figure--waiting' : ''
  return (
    <div className={`floor__figure ${tone}`}>
      <dt>{name}</dt>
      <dd>{value}</dd>
      {hint !== undefined && <dd className="floor__figure-hint">{hint}</dd>}
    </div>
  )
}
