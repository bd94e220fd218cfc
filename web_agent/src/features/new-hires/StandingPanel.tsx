import { useQuery } from '@tanstack/react-query'

import { ownHelpQuery } from '@/api/queries/newHires'
import { useTranslation } from '@/i18n/useTranslation'

import { Level, Measures } from './Measures'

/** Tells a new hire how much more help the desk shows, and which results take it away. */
export function StandingPanel() {
  const { t } = useTranslation()
  const own = useQuery({ ...ownHelpQuery, staleTime: 0 })
  const newHire = own.data?.new_hire ?? null
  if (newHire === null) return null
  return (
    <section className="panel new-hire" aria-labelledby="new-hire-title">
      <div className="panel__head">
        <h2 id="new-hire-title" className="panel__title">
          {t('new_hires.own_title')}
        </h2>
        <Level level={newHire.level} />
      </div>
      <p className="field__hint">
        {newHire.fixed_level === null
          ? t(`new_hires.shows_${newHire.level as 0 | 1 | 2 | 3}`)
          : t('new_hires.fixed_by', { name: newHire.set_by_name })}
      </p>
      <Measures newHire={newHire} />
    </section>
  )
}
