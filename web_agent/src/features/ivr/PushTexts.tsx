import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { asProblem } from '@/api/problem'
import { pushQuery, useChoosePush } from '@/api/queries/ivr'
import { sessionQuery } from '@/api/queries/session'
import type { PushText } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { sectorText } from '@/ui/sectors'
import { Banner } from '@/ui/states'

import { optionText } from './words'

const KINDS = ['greeting', 'notice', 'holiday'] as const
const SECTORS = ['', 'power', 'heating', 'water', 'gas', 'tv'] as const
const EMPTY: PushText = { kind: 'greeting', text: '', sector: '', areas: [], first_day: null, last_day: null }

/** What callers are told before a flow, where it concerns them. */
export function PushTexts() {
  const { t } = useTranslation()
  const session = useQuery(sessionQuery)
  const standing = useQuery(pushQuery)
  const choose = useChoosePush()
  const [edited, setEdited] = useState<PushText[] | null>(null)
  if (standing.data === undefined) return null
  const mayPublish = session.data?.permissions.includes('ivr.publish') ?? false
  const texts = edited ?? standing.data.texts
  const change = (place: number, part: Partial<PushText>) => {
    setEdited(texts.map((text, index) => (index === place ? { ...text, ...part } : text)))
  }
  return (
    <section className="panel numbers" aria-labelledby="push-title">
      <div className="panel__head">
        <h2 id="push-title" className="panel__title">
          {t('ivr.push')}
        </h2>
      </div>
      <p className="numbers__hint">{t('ivr.push_hint', { most: standing.data.most_characters })}</p>
      {choose.isError && <Banner tone="problem">{problemText(t, asProblem(choose.error))}</Banner>}
      {texts.map((text, place) => (
        <PushRow
          key={place}
          text={text}
          isFixed={!mayPublish}
          onChange={(part) => {
            change(place, part)
          }}
          onRemove={() => {
            setEdited(texts.filter((_, index) => index !== place))
          }}
        />
      ))}
      {texts.length === 0 && <p className="numbers__hint">{t('ivr.no_push')}</p>}
      {mayPublish && (
        <div className="numbers__deeds">
          <Button
            onClick={() => {
              setEdited([...texts, EMPTY])
            }}
          >
            {t('ivr.add_push')}
          </Button>
          <Button
            tone="primary"
            disabled={edited === null || choose.isPending}
            onClick={() => {
              choose.mutate(
                { texts, based_on: standing.data.version },
                {
                  onSuccess: () => {
                    setEdited(null)
                  },
                },
              )
            }}
          >
            {t('ivr.put_in_force')}
          </Button>
        </div>
      )}
    </section>
  )
}

interface PushRowProps {
  text: PushText
  isFixed: boolean
  onChange: (part: Partial<PushText>) => void
  onRemove: () => void
}

function PushRow({ text, isFixed, onChange, onRemove }: PushRowProps) {
  const { t } = useTranslation()
  const [areas, setAreas] = useState(text.areas.join('、'))
  return (
    <div className="push-row">
      <select
        className="input"
        aria-label={t('ivr.push_kind')}
        value={text.kind}
        disabled={isFixed}
        onChange={(event) => {
          onChange({ kind: event.target.value as PushText['kind'] })
        }}
      >
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {optionText(t, `push_${kind}`)}
          </option>
        ))}
      </select>
      <input
        className="input push-row__text"
        aria-label={t('ivr.push_text')}
        placeholder={t('ivr.push_text')}
        value={text.text}
        disabled={isFixed}
        onChange={(event) => {
          onChange({ text: event.target.value })
        }}
      />
      <select
        className="input"
        aria-label={t('ivr.column_sector')}
        value={text.sector}
        disabled={isFixed}
        onChange={(event) => {
          onChange({ sector: event.target.value as PushText['sector'] })
        }}
      >
        {SECTORS.map((sector) => (
          <option key={sector} value={sector}>
            {sector === '' ? t('ivr.every_sector') : sectorText(t, sector)}
          </option>
        ))}
      </select>
      <input
        className="input"
        aria-label={t('ivr.push_areas')}
        placeholder={t('ivr.push_areas')}
        value={areas}
        disabled={isFixed}
        onChange={(event) => {
          setAreas(event.target.value)
          onChange({ areas: event.target.value.split(/[、,，\s]+/).filter((area) => area !== '') })
        }}
      />
      {(['first_day', 'last_day'] as const).map((field) => (
        <input
          key={field}
          className="input"
          type="date"
          aria-label={t(`ivr.push_${field}`)}
          title={t(`ivr.push_${field}`)}
          value={text[field] ?? ''}
          disabled={isFixed}
          onChange={(event) => {
            onChange({ [field]: event.target.value === '' ? null : event.target.value })
          }}
        />
      ))}
      {!isFixed && (
        <Button isSmall tone="quiet" aria-label={t('ivr.remove_push', { text: text.text })} onClick={onRemove}>
          ✕
        </Button>
      )}
    </div>
  )
}
