import { Select } from 'antd'

import type { HintBook } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { BUSINESS_TYPES } from '@/ui/businessTypes'

interface TracksProps {
  book: HintBook
  steps: { value: string; label: string }[]
  onChange: (book: HintBook) => void
}

/** The order of the steps for each business type. */
export function Tracks({ book, steps, onChange }: TracksProps) {
  const { t } = useTranslation()
  return (
    <div className="hint-books__items">
      {BUSINESS_TYPES.map((type) => (
        <div key={type} className="field">
          <span className="field__label">{t(`hint_book.business_${type}`)}</span>
          <Select<string[]>
            mode="multiple"
            aria-label={t('hint_book.track_of', { type: t(`hint_book.business_${type}`) })}
            value={[...(book.tracks[type] ?? [])]}
            options={steps}
            showSearch={{ optionFilterProp: 'label' }}
            onChange={(track) => {
              onChange({ ...book, tracks: { ...book.tracks, [type]: track } })
            }}
          />
        </div>
      ))}
    </div>
  )
}
