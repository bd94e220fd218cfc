import { useQuery } from '@tanstack/react-query'
import i18next from 'i18next'
import { useTranslation } from '@/i18n/useTranslation'

import { healthQuery } from '@/api/queries/health'
import type { PartHealth } from '@/api/types'
import { codeText } from '@/i18n/problemText'
import { Banner, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import './Health.css'

/** One line a part: how it is, what that means, what to do. */
export function HealthPage() {
  const { t } = useTranslation()
  const health = useQuery(healthQuery)
  usePageTitle(t('health.nav'))
  if (health.isPending) return <Loading lines={6} />
  if (health.data === undefined) return <Failure error={health.error} onRetry={health.refetch} />
  return (
    <div className="page">
      <div className="page__head">
        <h1 className="page__title">{t('health.title')}</h1>
      </div>
      {health.isError && <Banner tone="waiting">{t('health.stale')}</Banner>}
      <section className="panel" aria-label={t('health.title')}>
        <ul>
          {health.data.parts.map((part) => (
            <HealthLine key={part.part} part={part} />
          ))}
        </ul>
      </section>
    </div>
  )
}

const TONES = { ok: 'tag tag--ready', degraded: 'tag tag--waiting', failed: 'tag tag--waiting' } as const
const SIGNS = { ok: '✓', degraded: '⚠', failed: '✕' } as const

function HealthLine({ part }: { part: PartHealth }) {
  const { t, i18n } = useTranslation()
  const key = `health.part_${part.part}`
  // Parts are named by the server; a new one shows its own name until the page knows it.
  const name = i18next.exists(key) ? t(key as 'health.title') : part.part
  const factsKey = `health.facts_${part.part}`
  const facts =
    Object.keys(part.facts).length > 0 && i18next.exists(factsKey)
      ? t(factsKey as 'health.title', named(part.facts, i18n.language))
      : ''
  return (
    <li className="health-line">
      <span className={TONES[part.state]}>
        {SIGNS[part.state]} {t(`health.state_${part.state}`)}
      </span>
      <span className="health-line__name">{name}</span>
      <span className="health-line__text" title={part.detail}>
        {part.code !== '' && <b>{codeText(t, part.code, part.code)} </b>}
        {facts}
      </span>
    </li>
  )
}

/** Facts with the names of languages instead of their codes. */
function named(facts: PartHealth['facts'], locale: string): PartHealth['facts'] {
  if (typeof facts.languages !== 'string') return facts
  const names = new Intl.DisplayNames([locale], { type: 'language' })
  const languages = facts.languages.replaceAll(/\b[a-z]{2,3}\b/g, (code) => names.of(code) ?? code)
  return { ...facts, languages }
}
